/**
 * The export of the flight recorder: what was noted, and what is held now of the chats that it is about.
 *
 * Owns: which chats and rows go with it. Reads the store; changes nothing.
 */
import { FLIGHT_FORMAT, type FlightLine } from '../../protocol/flight.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import { allOperations } from '../store/outbox-rows.ts';
import { flightLines, flightRow, noteSecrets } from './flight-lines.ts';
import type { InspectionSetup } from './inspect-part.ts';
import { createPlaceholders } from './placeholders.ts';

/** Rows of a chat that go with it, the newest. */
const ROWS = 500;

/** Makes the export. Rejects with `STORAGE_FAILED`. */
export async function exportFlight({ parts, env, daemon, journal }: InspectionSetup): Promise<readonly FlightLine[]> {
  const { store, committer, book } = parts;
  await committer.flush();
  const names = createPlaceholders(daemon.identity.userId);
  const notes = [...journal.notes()];
  noteSecrets(notes, names);
  for (const token of parts.tokens.given) names.secret(token);
  const lines = flightLines(notes, journal.lines(), names);
  const about = new Set(lines.flatMap((line) => (line.t === 'ask' ? [line.detail['requestId']] : line.t === 'push' ? [line.requestId] : line.t === 'call' ? [line.input['requestId']] : [])));

  const chats = await Promise.all(
    [...about].flatMap((requestId) => {
      const meta = typeof requestId === 'string' ? book.get(requestId)?.meta : undefined;
      return meta ? [meta] : [];
    }).map(async (meta): Promise<FlightLine> => {
      const { requestId } = meta;
      const bounds = { lower: [requestId, Math.max(0, meta.lastSyncedSequence - ROWS)], upper: [requestId, PROVISIONAL_BASE - 1] };
      const rows = await store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request_sequence', bounds }));
      return {
        t: 'chat',
        requestId,
        floor: meta._floor,
        watermark: meta.lastSyncedSequence,
        revision: meta.serverRevision === null ? null : Number(meta.serverRevision),
        gaps: meta.knownGaps.map(({ startSeq, endSeq }) => ({ startSeq, endSeq })),
        unverified: meta._unverified.map(({ startSeq, endSeq }) => ({ startSeq, endSeq })),
        voids: meta._voids.map(({ startSeq, endSeq }) => ({ startSeq, endSeq })),
        rows: rows.map((row) => flightRow(row, names)),
      };
    }),
  );
  const operations = (await store.read(['offline_queue'], allOperations)).map(
    ({ id, requestId, type, status, payload }): FlightLine => ({ t: 'operation', id, requestId, type, status, text: 'content' in payload ? names.text(payload.content) : null }),
  );
  const { epoch, identity, settings } = daemon;
  const head: FlightLine = { t: 'flight', format: FLIGHT_FORMAT, at: notes[0]?.at ?? env.clock.now(), exportedAt: env.clock.now(), epoch, buildId: identity.buildId, outboxLimit: settings.outboxLimit };
  return [head, ...lines, ...chats, ...operations];
}
