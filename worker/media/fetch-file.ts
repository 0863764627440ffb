/**
 * One attempt to fetch a file: ask for the rest, receive, hash, check.
 *
 * Owns: what an answer must be to be believed. A rest is taken only under the tag of the part that is held; anything else starts from the
 * beginning. More bytes than announced end the attempt at once, and nothing is handed on before the digest matched. Does not know queues,
 * attempts or budgets; where parts are kept is the {@link PartKeeper}'s.
 *
 * A server that names no digest is believed when the length is the announced one; the file is then not marked verified.
 */
import type { Backend, MediaBody } from '../../protocol/backend.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { MEDIA_PART_BYTES } from '../../protocol/limits.ts';
import { shownType } from '../../protocol/media.ts';
import { isStrongTag } from '../backend/media-answer.ts';
import type { VerifiedBody } from './media-store.ts';
import { createSha256, updateWithBlob } from './sha256.ts';

/** Less than this is not worth keeping when an attempt ends early. */
const KEEP_BYTES = 64 * 1024;

/** Where the part of a file is that was received before. */
export interface PartKeeper {
  /** The part that is held and its tag; null without one. */
  held(): Promise<{ readonly bytes: Blob; readonly etag: string } | null>;
  /** Nothing of the part is of use any more. */
  discard(): Promise<void>;
  /** The size of the whole file is known, or will not be (null), before the first byte is kept. */
  expect(totalBytes: number | null): Promise<void>;
  /** Adds to the end of the part. False: nothing more is kept, and the bytes stay with the caller. */
  append(offset: number, bytes: Blob, etag: string): Promise<boolean>;
}

/** What an attempt is made with. */
export interface FetchFileSetup {
  readonly fetch: NonNullable<Backend['media']>;
  readonly requestId: string;
  readonly filename: string;
  /** As the message says; null when it says nothing. */
  readonly announcedBytes: number | null;
  /** The address that was used last was refused: ask for a new one. */
  readonly renew: boolean;
  readonly parts: PartKeeper;
  readonly signal: AbortSignal;
  onRequest(resumed: boolean): void;
  onProgress(receivedBytes: number, totalBytes: number | null, newBytes: number): void;
}

/** What was received; `rest` follows the part that is kept. */
export type ReceivedFile = VerifiedBody;

const corrupt = (message: string): TabcachedError => new TabcachedError('CORRUPT', message);

/** Fetches the file. Rejects with the backend's errors, `CORRUPT`, `CANCELLED` when aborted, or what keeping parts rejects with. */
export async function fetchFile(setup: FetchFileSetup): Promise<ReceivedFile> {
  const held = await setup.parts.held();
  if (!held) return receive(setup, await ask(setup, 0, null), null);
  let answer: MediaBody;
  try {
    answer = await ask(setup, held.bytes.size, held.etag);
  } catch (thrown) {
    if ((thrown as Partial<TabcachedError>).status !== 416) throw thrown;
    await setup.parts.discard();
    return receive(setup, await ask(setup, 0, null), null);
  }
  if (answer.offset === held.bytes.size && answer.etag === held.etag) return receive(setup, answer, held.bytes);
  await setup.parts.discard();
  // The whole file came although a rest was asked for; or the rest of another file, which is of no use.
  if (answer.offset === 0) return receive(setup, answer, null);
  await answer.body.cancel().catch(() => undefined);
  return receive(setup, await ask(setup, 0, null), null);
}

function ask({ fetch, requestId, filename, renew, signal, onRequest }: FetchFileSetup, offset: number, etag: string | null): Promise<MediaBody> {
  onRequest(offset > 0);
  return fetch(requestId, filename, { offset, etag, renew }, { signal });
}

async function receive(setup: FetchFileSetup, answer: MediaBody, before: Blob | null): Promise<ReceivedFile> {
  const { parts, signal, onProgress } = setup;
  if (answer.offset !== (before?.size ?? 0)) {
    answer.body.cancel().catch(() => undefined);
    throw new TabcachedError('SERVER_FAILED', 'The answer begins elsewhere than was asked for.');
  }
  const totalBytes = answer.totalBytes ?? setup.announcedBytes;
  const hash = createSha256();
  const reader = answer.body.getReader();
  let kept = before?.size ?? 0;
  let received = kept;
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let keeps = isStrongTag(answer.etag);
  const keep = async (): Promise<void> => {
    const bytes = new Blob(waiting);
    keeps = await parts.append(kept, bytes, answer.etag as string);
    if (!keeps) return;
    kept += bytes.size;
    waiting = [];
  };
  onProgress(received, totalBytes, 0);
  try {
    if (before) await updateWithBlob(hash, before);
    await parts.expect(totalBytes);
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      signal.throwIfAborted();
      received += part.value.byteLength;
      if (totalBytes !== null && received > totalBytes) throw corrupt(`More than the ${totalBytes} bytes that were announced.`);
      hash.update(part.value);
      waiting.push(part.value as Uint8Array<ArrayBuffer>);
      onProgress(received, totalBytes, part.value.byteLength);
      if (keeps && received - kept >= MEDIA_PART_BYTES && received !== totalBytes) await keep();
    }
    signal.throwIfAborted();
    if (totalBytes !== null && received < totalBytes) throw new TabcachedError('SERVER_FAILED', `${received} of ${totalBytes} bytes came.`);
  } catch (thrown) {
    reader.cancel().catch(() => undefined);
    // Too many bytes prove that what came is not the file.
    if ((thrown as Partial<TabcachedError>).code === 'CORRUPT') await parts.discard();
    else if (keeps && received - kept >= KEEP_BYTES) await keep().catch(() => undefined);
    throw signal.aborted ? signal.reason : thrown;
  }
  const digest = hash.digest();
  if (answer.digest !== null && digest !== answer.digest) {
    await parts.discard();
    throw corrupt('The bytes are not those of the digest that was announced.');
  }
  return { digest, size: received, mimeType: shownType(answer.mimeType), verified: answer.digest !== null, rest: new Blob(waiting) };
}
