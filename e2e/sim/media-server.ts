/**
 * The part of the server that hands out files, with what can go wrong with an answer.
 *
 * Owns: ranges and tags, and faults of answers, which are set by actions and used up by the next answers. What goes wrong before an answer is
 * the network's.
 */
import type { CallOptions, MediaBody, MediaRange } from '../../protocol/index.ts';
import { mediaId } from '../../protocol/media.ts';
import { problemError } from '../../worker/backend/http-problem.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { contentNow, tagOf, type Attachments } from './attachments.ts';
import { mediaBody, type BodyFault } from './media-body.ts';

/** What is wrong with an answer. `whole`: all of it although a rest was asked for; `elsewhere`: another rest; `newTag`: the right rest under another tag. */
export type AnswerFault = BodyFault | { readonly kind: 'whole' | 'elsewhere' | 'newTag' };

/** A request for a file, as the network knows it. */
export interface MediaRequest {
  readonly requestId: string;
  readonly filename: string;
  readonly range: MediaRange;
}

/** What the server is made with. */
export interface MediaServerSetup {
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly attachments: Attachments;
  readonly partBytes: number;
  readonly partMs: number;
  /** How often the network broke so far. */
  breaks(): number;
  onBoundary(): void;
}

/** The server. */
export interface MediaServer {
  /** Answers, or throws what the HTTP backend would. `onEnd`: the answer's body is over. */
  answer(request: MediaRequest, options: CallOptions, isAlive: () => boolean, onEnd: () => void): MediaBody;
  addFault(fault: AnswerFault): void;
  clearFaults(): void;
}

const isOfBody = (fault: AnswerFault): fault is BodyFault => fault.kind !== 'whole' && fault.kind !== 'elsewhere' && fault.kind !== 'newTag';

/** Creates it. */
export function createMediaServer(setup: MediaServerSetup): MediaServer {
  const { time, server, attachments } = setup;
  let faults: AnswerFault[] = [];
  const refuse = (status: number): never => {
    throw problemError(status, new Headers(), '', 'NOT_FOUND', time.clock.now());
  };
  return {
    answer: ({ requestId, filename, range }, { signal }, isAlive, onEnd) => {
      const attachment = attachments.all.get(mediaId(requestId, filename));
      if (!attachment) return refuse(404);
      if (server.chats.get(requestId)?.denied) return refuse(403);
      if (attachment.gone !== null) return refuse(attachment.gone);
      const { bytes, digest } = contentNow(attachment);
      const etag = tagOf(attachment);
      const fault = faults.shift() ?? null;
      const fits = range.offset > 0 && range.etag === etag && etag?.startsWith('"') === true && fault?.kind !== 'whole';
      if (fits && range.offset > bytes.length) return refuse(416);
      const offset = !fits ? 0 : fault?.kind === 'elsewhere' ? Math.max(0, range.offset - 1) : range.offset;
      const { tells } = attachment;
      // What only the length tells cannot be found wrong, and no server sends it so (D-1).
      const isFound = tells.digest || !(fault?.kind === 'wrong' || (!tells.size && (fault?.kind === 'longer' || fault?.kind === 'ended')));
      const bodyFault = fault !== null && isFound && isOfBody(fault) ? fault : null;
      const breaks = setup.breaks();
      return {
        body: mediaBody({
          time,
          bytes: bytes.slice(offset),
          fault: bodyFault,
          partBytes: setup.partBytes,
          partMs: setup.partMs,
          signal,
          isBroken: () => setup.breaks() !== breaks,
          isAlive,
          onBoundary: setup.onBoundary,
          onEnd,
        }),
        offset,
        totalBytes: tells.size ? bytes.length : null,
        etag: fault?.kind === 'newTag' && fits ? `"another ${range.offset}"` : etag,
        digest: tells.digest ? digest : null,
        mimeType: attachment.mimeType,
      };
    },
    addFault: (fault) => void faults.push(fault),
    clearFaults: () => void (faults = []),
  };
}
