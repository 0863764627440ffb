import { beforeEach, describe, expect, test } from 'vitest';
import type { MediaCallOutputs } from '../protocol/media-calls.ts';
import { mediaId, type MediaState } from '../protocol/media.ts';
import type { MediaHints, MediaView } from './api/media.ts';
import type { MediaCall } from './media-call.ts';
import { createMediaFiles, type MediaFiles } from './media-files.ts';
import { createMediaView } from './media-view.ts';
import { fakeEnvironment, type FakeEnvironment } from './testing/fake-env.ts';
import { fakeLocks } from './testing/fake-locks.ts';
import { CHAT, settle } from './testing/tab.ts';

const NAME = 'shot.png';
const HINTS: MediaHints = { messageId: '33333333-3333-4333-8333-333333333333', fileSize: 9, mimeType: 'image/png' };
const state = (change: Partial<MediaState> = {}): MediaState => ({
  status: 'queued',
  progress: 0,
  thumbnail: false,
  mimeType: 'image/png',
  fileSize: 9,
  pinned: false,
  passedThrough: false,
  error: null,
  ...change,
});
const DONE = state({ status: 'completed', progress: 100 });

let fake: FakeEnvironment;
let files: MediaFiles;
let calls: { name: string; input: unknown }[];
let answers: { -readonly [Name in keyof MediaCallOutputs]?: () => Promise<MediaCallOutputs[Name]> | MediaCallOutputs[Name] };
let isUp: boolean;
let loads: number;

const call: MediaCall = async (name, input) => {
  calls.push({ name, input });
  const answer = answers[name];
  if (answer) return answer();
  return (name === 'watchMedia' || name === 'pinMedia' ? state() : name === 'readMedia' ? { blob: new Blob(['x'], { type: 'image/png' }) } : null) as never;
};
const named = (name: string): unknown[] => calls.filter((each) => each.name === name).map(({ input }) => input);
const view = (hints: Partial<MediaHints> = {}): MediaView =>
  createMediaView(
    async () => {
      loads += 1;
      return files;
    },
    call,
    CHAT,
    NAME,
    { ...HINTS, ...hints },
  );
const tell = (next: MediaState): void => files.receive({ t: 'media', id: mediaId(CHAT, NAME), state: next });

beforeEach(() => {
  fake = fakeEnvironment(fakeLocks(), () => {
    throw new Error('no worker');
  });
  calls = [];
  answers = {};
  isUp = true;
  loads = 0;
  files = createMediaFiles(fake.env, 10_000, call, () => isUp);
});

describe('a file', () => {
  test('is asked for, and its code loaded, only while somebody reads; once for two places', async () => {
    const [one, two] = [view(), view()];
    await settle();
    expect([calls, loads]).toEqual([[], 0]);
    const leaves = [one.subscribe(() => undefined), two.subscribe(() => undefined)];
    await settle();
    expect(named('watchMedia')).toEqual([{ requestId: CHAT, filename: NAME, ...HINTS, priority: 'normal', onScreen: true }]);
    expect(one.getSnapshot()).toMatchObject({ ready: true, status: 'queued', url: null });
    expect(one.getSnapshot()).toBe(one.getSnapshot());
    leaves[0]?.();
    fake.time.advance(10_000);
    await settle();
    expect(named('unwatchMedia')).toEqual([]);
    leaves[1]?.();
    fake.time.advance(10_000);
    await settle();
    expect(named('unwatchMedia')).toEqual([{ requestId: CHAT, filename: NAME }]);
  });

  test('D-1 has a URL when the daemon says that its bytes are verified, not before; it is revoked when nobody reads', async () => {
    const file = view();
    const leave = file.subscribe(() => undefined);
    await settle();
    tell(state({ status: 'downloading', progress: 60 }));
    await settle();
    expect([file.getSnapshot().url, file.getSnapshot().progress, named('readMedia')]).toEqual([null, 60, []]);
    tell(DONE);
    tell(DONE);
    await settle();
    expect(named('readMedia')).toEqual([{ requestId: CHAT, filename: NAME, thumbnail: false }]);
    expect(await fake.urls.get(file.getSnapshot().url ?? '')?.text()).toBe('x');
    leave();
    expect(fake.urls.size).toBe(1);
    fake.time.advance(10_000);
    expect(fake.urls.size).toBe(0);
  });

  test('shows its thumbnail first, and loses it with the file', async () => {
    const file = view();
    file.subscribe(() => undefined);
    await settle();
    tell(state({ thumbnail: true, status: 'downloading' }));
    await settle();
    expect([file.getSnapshot().thumbnailUrl === null, file.getSnapshot().url]).toEqual([false, null]);
    tell(state({ status: 'failed', error: { code: 'NOT_FOUND', message: 'gone', retryable: false } }));
    expect([file.getSnapshot().thumbnailUrl, fake.urls.size]).toEqual([null, 0]);
  });

  test('bytes that arrive after the file was taken back are not shown', async () => {
    let give = (_: MediaCallOutputs['readMedia']): void => undefined;
    answers.readMedia = () => new Promise((resolve) => (give = resolve));
    const file = view();
    file.subscribe(() => undefined);
    await settle();
    tell(DONE);
    await settle();
    tell(state({ status: 'failed' }));
    give({ blob: new Blob(['late']) });
    await settle();
    expect([file.getSnapshot().url, fake.urls.size]).toEqual([null, 0]);
  });

  test('whatever type a daemon gives it, it never gets a URL that a page would run', async () => {
    answers.readMedia = () => ({ blob: new Blob(['<svg onload="x"/>'], { type: 'image/svg+xml' }) });
    const file = view();
    file.subscribe(() => undefined);
    await settle();
    tell(DONE);
    await settle();
    expect(fake.urls.get(file.getSnapshot().url ?? '')?.type).toBe('application/octet-stream');
  });

  test('#80 a place that scrolls into view is told to the daemon, the most urgent of all places counts', async () => {
    const [one, two] = [view({ onScreen: false }), view({ onScreen: false })];
    one.subscribe(() => undefined);
    two.subscribe(() => undefined);
    await settle();
    two.hint({ onScreen: true, priority: 'high' });
    two.hint({ onScreen: true, priority: 'high' });
    one.hint({ onScreen: true });
    await settle();
    expect(named('watchMedia')).toMatchObject([{ onScreen: false, priority: 'normal' }, { onScreen: true, priority: 'high' }]);
  });

  test('a message that was confirmed meanwhile is named anew', async () => {
    const leave = view().subscribe(() => undefined);
    await settle();
    leave();
    view({ messageId: '44444444-4444-4444-8444-444444444444' }).subscribe(() => undefined);
    await settle();
    expect(named('watchMedia')).toMatchObject([{ messageId: HINTS.messageId }, { messageId: '44444444-4444-4444-8444-444444444444' }]);
  });

  test('an answer that a frame overtook is not believed', async () => {
    let answer = (_: MediaState): void => undefined;
    answers.watchMedia = () => new Promise((resolve) => (answer = resolve));
    const file = view();
    file.subscribe(() => undefined);
    await settle();
    tell(state({ status: 'downloading', progress: 50 }));
    answer(state());
    await settle();
    expect(file.getSnapshot()).toMatchObject({ status: 'downloading', progress: 50 });
  });

  test('a new daemon is asked again; what is shown stays meanwhile', async () => {
    const file = view();
    file.subscribe(() => undefined);
    await settle();
    tell(DONE);
    await settle();
    const { url } = file.getSnapshot();
    isUp = false;
    files.down();
    answers.watchMedia = () => DONE;
    isUp = true;
    files.up();
    await settle();
    expect(named('watchMedia')).toHaveLength(2);
    expect([file.getSnapshot().url, named('readMedia')]).toEqual([url, [expect.anything()]]);
  });

  test('bytes that cannot be read now are asked for again', async () => {
    let refusals = 1;
    answers.readMedia = () => {
      if (refusals-- > 0) throw Object.assign(new Error('no'), { name: 'AbortError' });
      return { blob: new Blob(['x'], { type: 'image/png' }) };
    };
    answers.watchMedia = () => DONE;
    const file = view();
    file.subscribe(() => undefined);
    tell(DONE);
    await settle();
    tell(DONE);
    await settle();
    expect(file.getSnapshot().url).not.toBeNull();
  });
});
