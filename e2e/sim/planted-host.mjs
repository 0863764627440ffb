/**
 * Planted bugs of daemons beside each other, of storage that fails and of signing out.
 *
 * Owns: this part of the table; see `planted-list.mjs`.
 */

/** @type {readonly import('./planted-list.mjs').PlantedBug[]} */
export const HOST_BUGS = [
  {
    name: 'the fence is not read in a write transaction',
    edits: [{ file: 'worker/store/memory-store.ts', text: 'if (found() !== generation) throw fencedError(generation, found());', replacement: '' }],
  },
  {
    name: 'who takes over writes under the generation of the one before',
    edits: [{ file: 'worker/store/memory-store.ts', text: '{ generation: found() + 1, buildId', replacement: '{ generation: Math.max(1, found()), buildId' }],
  },
  {
    name: 'a drained daemon goes on asking the server',
    edits: [
      { file: 'worker/wire-parts.ts', text: '      push.close();\n', replacement: '' },
      { file: 'worker/wire-parts.ts', text: '      engine.close();\n', replacement: '' },
      { file: 'worker/wire-parts.ts', text: '      tickets.close();\n', replacement: '' },
    ],
  },
  {
    name: 'an older daemon does not answer the question to give way',
    edits: [{ file: 'worker/succession.ts', text: 'void turn.lost.then(() => events.onAsked());', replacement: '' }],
  },
  {
    name: 'a hung daemon that wakes does not hear that its lease was taken',
    edits: [
      { file: 'worker/succession.ts', text: 'void turn.lost.then(() => events.onAsked());', replacement: '' },
      { file: 'worker/succession.ts', text: 'void writer.lost.then(() => events.onLost());', replacement: '' },
    ],
  },
  {
    name: 'what only memory holds is not appended when storage is back',
    edits: [{ file: 'worker/carry-over.ts', text: 'operations.length + drafts.length + discarded.length + sent.length > 0', replacement: 'drafts.length > 99' }],
  },
  {
    name: 'a connection that is cut is not opened again',
    edits: [{ file: 'worker/boot.ts', text: "onTerminated: () => events.onCut('the browser cut the connection'),", replacement: 'onTerminated: () => undefined,' }],
  },
  {
    name: 'storage that failed is opened again without a pause that grows',
    edits: [{ file: 'worker/storage-failure.ts', text: 'Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** attempt)', replacement: '500' }],
  },
  {
    name: 'nobody notices that storage is back',
    edits: [{ file: 'worker/daemon.ts', text: "void booted.whenBack?.(tries, over.signal).then(() => stop('storage is back', 'fenced', true));", replacement: '' }],
  },
  {
    name: 'an open that hangs is waited for',
    edits: [{ file: 'worker/durable-store.ts', text: 'env.timers.after(OPEN_DEADLINE_MS, () => {\n      over = true;', replacement: 'env.timers.after(OPEN_DEADLINE_MS * 1e4, () => {\n      over = true;' }],
  },
  {
    name: 'operations under way are not taken up after a hand-over',
    edits: [{ file: 'worker/carry-over.ts', text: "operation.status === 'syncing' ? {", replacement: "operation.status === 'completed' ? {" }],
  },
  {
    name: 'what is kept in memory alone is called durable',
    edits: [{ file: 'worker/wiring/wire-sending.ts', text: "durable: booted.store.kind === 'indexeddb',", replacement: 'durable: true,' }],
  },
  {
    name: 'a tab that crashed is not noticed',
    edits: [{ file: 'worker/sessions.ts', text: '        () => leave(session),\n', replacement: '        () => undefined,\n' }],
  },
  {
    name: 'a wipe forgets the database',
    edits: [{ file: 'worker/wipe-user.ts', text: 'for (const name of [carriedDatabaseName(userId), databaseName(userId)]) {', replacement: 'for (const name of [carriedDatabaseName(userId)]) {' }],
  },
];
