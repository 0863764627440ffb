/**
 * Planted bugs of sending and of the read state.
 *
 * Owns: this part of the table; see `planted-list.mjs`.
 */

/** @type {readonly import('./planted-list.mjs').PlantedBug[]} */
export const SENDING_BUGS = [
  {
    name: 'an unknown outcome is not asked for before sending again',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'if (operation._outcomeUnknown && findByTempId) {', replacement: 'if (operation.retryCount > 99 && findByTempId) {' }],
  },
  {
    name: 'a retry is sent under a new id',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'clientTempId: operation.id },', replacement: "clientTempId: operation.retryCount > 0 ? env.random().toString(36) : operation.id }," }],
  },
  {
    name: 'a lane overtakes its failed head',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'head: ledger.lane(name)[0]', replacement: "head: ledger.lane(name).find((operation) => operation.status !== 'failed')" }],
  },
  {
    name: 'a daemon that finds an operation under way sends it again without asking',
    edits: [{ file: 'worker/carry-over.ts', text: "status: 'pending', _outcomeUnknown: true }", replacement: "status: 'pending' }" }],
  },
  {
    name: 'a message is sent before it is stored',
    edits: [{ file: 'worker/outbox/outbox.ts', text: "const written = await ledger.put(operation, row, 'strict', typed !== undefined);", replacement: "const putting = ledger.put(operation, row, 'relaxed', typed !== undefined);\n      setup.wake();\n      putting.catch(() => undefined);\n      const written: CachedMessage | null = null as CachedMessage | null;" }],
  },
  {
    name: 'a pause that the server asked for is not kept',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'pausedUntilAt = Math.max(pausedUntilAt, now + (error.retryAfterMs ?? backoffMs(0, 1)));', replacement: 'pausedUntilAt = now;' }],
  },
  {
    name: 'the read mark goes back with the server',
    edits: [{ file: 'worker/outbox/read-marks.ts', text: 'lastReadSequence: Math.max(own, serverRead.lastReadSequence) };', replacement: 'lastReadSequence: serverRead.lastReadSequence };' }],
  },
];
