/**
 * A file server whose every byte a test decides about.
 *
 * Owns: what is served, ranges, and answers that come at once or by hand. Knows nothing of daemons: a request is told whether who asked still
 * lives.
 */
import { createHash } from 'node:crypto';
import type { MediaBody, MediaRange } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import type { Life } from './mortal.ts';

/** A file on the server. `digest` and `totalBytes` are what it announces. */
export interface ServedFile {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string | null;
  digest: string | null;
  totalBytes: number | null;
  mimeType: string;
}

/** A request as the server sees it. */
export interface SeenRequest {
  readonly filename: string;
  readonly range: MediaRange;
  /** Bytes that were sent. */
  sent: number;
  /** The client let go of the body. */
  cancelled: boolean;
  /** Sends so many bytes more of what was asked for; resolves when they were taken. */
  send(bytes: number): Promise<void>;
  /** Sends the rest and ends. */
  finish(): Promise<void>;
  /** Sends bytes that are not the file's. */
  sendRaw(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  end(): void;
  fail(error: Error): void;
}

/** The server. */
export interface MediaFileServer {
  readonly files: Map<string, ServedFile>;
  readonly requests: SeenRequest[];
  /** Runs before each answer; may throw or wait. */
  before: (filename: string, attempt: number, range: MediaRange) => void | Promise<void>;
  /** Runs before each part of an answer that comes at once, and before its end; may wait. */
  beforePart: () => void | Promise<void>;
  /** How ranges are answered. */
  ranges: 'kept' | 'ignored' | 'refused';
  /** Answers wait for the test. Otherwise they come at once, whole. */
  byHand: boolean;
  serve(filename: string, content: string | Uint8Array<ArrayBuffer>, more?: Partial<ServedFile>): ServedFile;
  /** What a daemon of that life is answered. */
  ask(filename: string, range: MediaRange, own: Life, signal: AbortSignal): Promise<MediaBody>;
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Lowercase hex SHA-256. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere. */
export function someBytes(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0, state = seed; at < size; at += 1) bytes[at] = (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
  return bytes;
}

const PART_BYTES = 65_536;

/** No file yet. `turns`: lets promises and stream tasks settle. */
export function createMediaFileServer(turns: () => Promise<void>): MediaFileServer {
  const attempts = new Map<string, number>();

  const answer = (filename: string, range: MediaRange, own: Life, signal: AbortSignal): MediaBody => {
    const file = server.files.get(filename);
    if (!file) throw new TabcachedError('NOT_FOUND', undefined, { status: 404 });
    const fits = range.offset > 0 && range.etag === file.etag && server.ranges !== 'ignored';
    const start = fits ? range.offset : 0;
    const { byHand } = server;
    let at = start;
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const pull = async (): Promise<void> => {
      await server.beforePart();
      if (request.cancelled) return;
      if (at >= file.bytes.length) return controller.close();
      controller.enqueue(file.bytes.slice(at, at + PART_BYTES));
      at += PART_BYTES;
      request.sent = Math.min(at, file.bytes.length) - start;
    };
    const body = new ReadableStream<Uint8Array>({
      start: (given) => void (controller = given),
      cancel: () => void (request.cancelled = true),
      ...(byHand ? {} : { pull }),
    });
    signal.addEventListener('abort', () => {
      request.cancelled = true;
      try {
        controller.error(signal.reason);
      } catch {
        // It had ended.
      }
    });
    const push = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
      if (own.alive && !request.cancelled) {
        request.sent += bytes.byteLength;
        controller.enqueue(bytes);
      }
      await turns();
    };
    const request: SeenRequest = {
      filename, range, sent: 0, cancelled: false,
      sendRaw: push,
      send: async (bytes) => {
        const end = Math.min(file.bytes.length, at + bytes);
        const part = file.bytes.slice(at, end);
        at = end;
        if (part.length > 0) await push(part);
      },
      finish: async () => {
        while (at < file.bytes.length) await request.send(256 * 1024);
        request.end();
        await turns();
      },
      end: () => void (own.alive && !request.cancelled && controller.close()),
      fail: (error) => void (own.alive && !request.cancelled && controller.error(error)),
    };
    server.requests.push(request);
    return { body, offset: start, totalBytes: file.totalBytes, etag: file.etag, digest: file.digest, mimeType: file.mimeType };
  };

  const server: MediaFileServer = {
    files: new Map(),
    requests: [],
    before: () => undefined,
    beforePart: () => undefined,
    ranges: 'kept',
    byHand: false,
    serve: (filename, content, more = {}) => {
      const bytes = typeof content === 'string' ? encode(content) : content;
      const file: ServedFile = { bytes, etag: `"${sha256(bytes).slice(0, 8)}"`, digest: sha256(bytes), totalBytes: bytes.length, mimeType: 'image/png', ...more };
      server.files.set(filename, file);
      return file;
    },
    ask: async (filename, range, own, signal) => {
      const attempt = (attempts.get(filename) ?? 0) + 1;
      attempts.set(filename, attempt);
      await server.before(filename, attempt, range);
      if (server.ranges === 'refused' && range.offset > 0) throw new TabcachedError('REJECTED', undefined, { status: 416 });
      if (!own.alive) return new Promise<never>(() => undefined);
      return answer(filename, range, own, signal);
    },
  };
  return server;
}
