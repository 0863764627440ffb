import { describe, expect, test } from 'vitest';
import { onLeave } from './on-leave.ts';

type Listener = () => void;

/** A target as Chromium's window is: one pass in the order of registering, over those that were there when it began. */
function onePass() {
  const listeners: { type: string; run: Listener; once: boolean }[] = [];
  return {
    addEventListener: (type: string, run: unknown, options?: unknown) => {
      if (!listeners.some((each) => each.type === type && each.run === run)) listeners.push({ type, run: run as Listener, once: (options as { once?: boolean } | undefined)?.once ?? false });
    },
    removeEventListener: (type: string, run: unknown) => void listeners.splice(0, listeners.length, ...listeners.filter((each) => each.type !== type || each.run !== run)),
    dispatch: (type: string) => {
      for (const each of [...listeners].filter((one) => one.type === type)) {
        if (each.once) listeners.splice(listeners.indexOf(each), 1);
        each.run();
      }
    },
    size: () => listeners.length,
  };
}

/** A target as the standard has it: those that capture first, then the others, added ones included. */
function twoPasses() {
  const [capturing, others] = [onePass(), onePass()];
  return {
    addEventListener: (type: string, run: unknown, options?: unknown) => (options === true ? capturing : others).addEventListener(type, run, options),
    removeEventListener: (type: string, run: unknown, options?: unknown) => (options === true ? capturing : others).removeEventListener(type, run),
    dispatch: (type: string) => {
      capturing.dispatch(type);
      others.dispatch(type);
    },
    size: () => capturing.size() + others.size(),
  };
}

for (const [name, create] of [['in one pass', onePass], ['in two', twoPasses]] as const) {
  describe(`#87 T-1 a page whose window runs its listeners ${name}`, () => {
    for (const after of ['visibilitychange', 'freeze'] as const) {
      test(`leaves once, after the application's listeners; then it is ${after === 'freeze' ? 'frozen, as a hidden one is' : 'hidden'}`, () => {
        const [page, content] = [create(), onePass()];
        const heard: string[] = [];
        const undo = onLeave(page as never, content as never, () => heard.push('left'));
        page.addEventListener('pagehide', () => heard.push('application'));
        for (let times = 0; times < 2; times += 1) {
          page.dispatch('pagehide');
          content.dispatch(after);
          content.dispatch('freeze');
          content.dispatch('visibilitychange');
        }
        expect(heard).toEqual(['application', 'left', 'application', 'left']);
        undo();
        page.dispatch('pagehide');
        content.dispatch('freeze');
        expect(heard.filter((each) => each === 'left')).toHaveLength(2);
        expect([page.size(), content.size()]).toEqual([1, 0]);
      });
    }

    test('is not left by being hidden or frozen alone', () => {
      const [page, content] = [create(), onePass()];
      onLeave(page as never, content as never, () => expect.unreachable());
      content.dispatch('visibilitychange');
      content.dispatch('freeze');
    });
  });
}
