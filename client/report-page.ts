/**
 * Tells the daemon whether this tab is visible, focused and online: its own scope has no such events.
 *
 * Owns: sending only what changed, one report at a time; changes meanwhile are one later report.
 */
import type { TabReport } from '../protocol/daemon-api.ts';
import type { Page } from './env.ts';

const isSame = (a: TabReport, b: TabReport): boolean => a.visible === b.visible && a.focused === b.focused && a.online === b.online;

/** Reports until the undo is called. `known` is what the daemon was told with hello; a failed `send` is not repeated before the next change. */
export function reportPage(page: Page, known: TabReport, send: (report: TabReport) => Promise<unknown>): () => void {
  let told = known;
  let sending = false;
  let stopped = false;
  const tell = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    for (let now = page.report(); !stopped && !isSame(now, told); now = page.report()) {
      told = now;
      await send(now).catch(() => undefined);
    }
    sending = false;
  };
  const undo = page.onReport(() => void tell());
  void tell();
  return () => {
    stopped = true;
    undo();
  };
}
