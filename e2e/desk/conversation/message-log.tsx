/** The messages of a conversation: a virtual list that loads what is older when somebody goes there. */
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { ChatView, ChatViewState } from 'tabcached';
import { Virtualizer } from 'virtua';
import { useOpenDesk } from '../session/desk-context.ts';
import { useNow } from '../time/use-now.ts';
import { dayKey } from '../time/time-text.ts';
import { EndButton } from './end-button.tsx';
import { FloatingDay } from './floating-day.tsx';
import { GapDivider } from './gap-divider.tsx';
import { LogSkeleton } from './log-skeleton.tsx';
import { MessageRow } from './message-row.tsx';
import { OlderNotice } from './older-notice.tsx';
import type { ReadState } from './read-marker.ts';
import { createRowBuilder } from './rows.ts';
import { useFloatingDay } from './use-floating-day.ts';
import { useFollowEnd, type useLogScroll } from './use-log-scroll.ts';
import { useReadMarker } from './use-read-marker.ts';
import { useStagedRows } from './use-staged-rows.ts';
import { useUnreadMark } from './use-unread-mark.ts';

/** Older messages are asked for when the first ones are this close, in CSS pixels. */
const LOAD_AHEAD_PX = 1_500;

/** Rows this far outside the viewport are rendered and measured, so that a quick wheel does not outrun them; in CSS pixels. */
const RENDER_AHEAD_PX = 600;

/** What the list needs. Give it the chat's id as its key: it keeps a position. */
export interface MessageLogProps {
  readonly view: ChatView;
  readonly state: ChatViewState;
  readonly attended: boolean;
  /** How far it has been read; null until that is known. */
  readonly read: ReadState | null;
  readonly scroll: ReturnType<typeof useLogScroll>;
}

/** See the file. */
export function MessageLog({ view, state, attended, read, scroll }: MessageLogProps): ReactNode {
  const { userId } = useOpenDesk();
  const { items, meta, hasOlder, hasNewer, loading, error } = state;
  const unreadAfter = useUnreadMark(read, attended);
  const [build] = useState(createRowBuilder);
  const rows = useMemo(() => build(items, { userId, unreadAfter, hasOlder }), [build, items, userId, unreadAfter, hasOlder]);

  const { viewport, virtual, atEnd, anchor, firstSeenIndex, lastSeenIndex, noteScroll, noteRest, noteResize, toEnd } = scroll;
  const stage = useStagedRows(rows, anchor);
  useFollowEnd(scroll, stage.rows);
  const look = useReadMarker({ view, rows: stage.rows, attended, markedUpTo: read?.lastReadSequence ?? 0, lastSeenIndex });
  // Headings say Today and Yesterday; they need to know the day, not the minute.
  const now = useNow();
  const day = useFloatingDay();
  const today = Number(dayKey(now));

  const loadAround = (): void => {
    const handle = virtual.current;
    // Rows that are not on screen yet say nothing about how far it is to the first one.
    if (!handle || handle.viewportSize === 0 || error || stage.rows.length === 0) return;
    const fills = handle.scrollSize > handle.viewportSize;
    if (hasOlder && !loading.older && (!fills || (!atEnd && handle.scrollOffset < LOAD_AHEAD_PX))) void view.loadOlder().catch(() => undefined);
    const toGo = handle.scrollSize - handle.viewportSize - handle.scrollOffset;
    if (hasNewer && !loading.newer && toGo < LOAD_AHEAD_PX) void view.loadNewer().catch(() => undefined);
  };
  useEffect(loadAround);

  return (
    <div className="log-frame">
      <OlderNotice loading={loading.older} problem={error?.message ?? null} onRetry={() => void view.loadOlder().catch(() => undefined)} />
      {!loading.older && !error && <FloatingDay dayMs={day.dayMs} moving={day.moving && !atEnd} nowMs={today} />}
      {/* Whoever scrolls with the keyboard must be able to get there. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="log" ref={viewport} role="log" aria-label="Conversation" aria-live={atEnd ? 'polite' : 'off'} tabIndex={0}>
        <div className="log__space" />
        {rows.length === 0 && (meta?.state === 'SYNCED' ? <p className="log__empty">No messages yet.</p> : <LogSkeleton />)}
        <Virtualizer
          ref={virtual}
          data={stage.rows}
          shift={stage.shift}
          scrollRef={viewport}
          bufferSize={RENDER_AHEAD_PX}
          onScroll={() => {
            noteScroll();
            day.noteScroll(stage.rows[firstSeenIndex()]);
            loadAround();
            look();
          }}
          onScrollEnd={() => {
            noteRest();
            day.noteScrollEnd();
          }}
          onResize={() => {
            noteResize();
            look();
          }}
        >
          {(row, index) =>
            row.type === 'gap' ? (
              <GapDivider key={row.key} row={row} view={view} />
            ) : (
              <MessageRow key={row.key} row={row} view={view} last={index === stage.rows.length - 1} nowMs={today} />
            )
          }
        </Virtualizer>
      </div>
      {!atEnd && <EndButton rows={stage.rows} onPress={toEnd} />}
    </div>
  );
}
