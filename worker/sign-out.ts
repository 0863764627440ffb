/**
 * Signing a user out, for all tabs at once.
 *
 * Owns: the order. Nothing is accepted any more; what is unsent is counted; what happens is noted durably; tabs are told; everything
 * stops; then, with `wipe`, everything goes. Does not know where things are stored (`wipe`), nor how the daemon ends (`end`).
 */
import type { CallHandlers, CheckedInput } from '../protocol/index.ts';
import { SIGNED_OUT_KEY, signOutInputs, WIPING_KEY, type SignOutReport } from '../protocol/sign-out.ts';
import { checkedCall } from './checked-call.ts';
import type { Clock, Log } from './env.ts';
import type { Gate } from './gate.ts';
import type { Ledger } from './outbox/ledger.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Committer } from './store/committer.ts';
import type { ChatBook } from './sync/chat-book.ts';

/** What signing out acts on. */
export interface SignOutSetup {
  readonly gate: Gate;
  readonly ledger: Pick<Ledger, 'all'>;
  readonly book: Pick<ChatBook, 'get' | 'requestIds'>;
  readonly sessions: Pick<Sessions, 'all' | 'post'>;
  readonly committer: Pick<Committer, 'add' | 'flush'>;
  readonly clock: Clock;
  /** False: what is written now does not reach the disk. */
  readonly noted: boolean;
  readonly log: Log;
  /** Ends the daemon for good. `last` runs when nothing can be written any more, and before anybody else may write. */
  end(last: () => Promise<void>): Promise<void>;
  /** Removes everything of the user; answers what is left. */
  wipe(): Promise<readonly string[]>;
}

/** The part. */
export interface SignOut {
  /** A tab's call, by name, with an input that is still to be checked. A tab that asks while another one signs out is given the same answer; one that wanted a wipe is told when there was none. */
  call(session: Session, name: string, input: unknown): Promise<unknown>;
  close(): void;
}

/** Creates the part. */
export function createSignOut(setup: SignOutSetup): SignOut {
  const { gate, ledger, book, sessions, committer, clock, log } = setup;
  let under: Promise<SignOutReport> | null = null;
  let wiping = false;

  const run = async (session: Session, { wipe, confirmUnsent }: CheckedInput<'signOut'>): Promise<SignOutReport> => {
    gate.leave(true);
    // What is being accepted now is stored or refused before it is counted.
    await committer.flush();
    const unsent = ledger.all().filter(({ type }) => type === 'send_message').length;
    const drafts = book.requestIds().filter((requestId) => book.get(requestId)?.meta._draft).length;
    if (wipe && unsent > confirmUnsent) {
      gate.leave(false);
      return { signedOut: false, unsent, drafts, left: [] };
    }
    let left: readonly string[] = setup.noted || wipe ? [] : ['the note of the sign-out'];
    const record = { key: wipe ? WIPING_KEY : SIGNED_OUT_KEY, value: { at: clock.now() } };
    await committer.add({ stores: ['ticket_meta'], rows: 1, durability: 'strict', work: (tx) => tx.put('ticket_meta', record) }).catch((error: unknown) => {
      log.error('sign-out not noted', { error: String(error) });
      left = ['the note of the sign-out'];
    });
    log.info('signed out', { wipe, unsent });
    const goodbye = JSON.stringify({ t: 'goodbye', reason: 'signed-out', wiped: wipe });
    for (const other of sessions.all()) if (other !== session) sessions.post(other, goodbye);
    return new Promise<SignOutReport>((answer, refuse) => {
      const last = async (): Promise<void> => {
        // Nothing is left that could be noted.
        if (wipe) left = await setup.wipe();
        answer({ signedOut: true, unsent, drafts, left });
      };
      setup.end(last).catch(refuse);
    });
  };

  const callsOf = (session: Session): Pick<CallHandlers, keyof typeof signOutInputs> => ({
    signOut: async (input) => {
      if (!under) {
        wiping = input.wipe;
        under = run(session, input).finally(() => (under = null));
        return under;
      }
      const keeps = input.wipe && !wiping;
      const report = await under;
      // Nobody is told that everything is gone because another tab signed out at the same moment.
      return keeps && report.signedOut ? { ...report, left: [...report.left, 'the cache, which another tab kept'] } : report;
    },
  });
  return { call: (session, name, input) => checkedCall(signOutInputs, callsOf(session), name, input), close: () => undefined };
}
