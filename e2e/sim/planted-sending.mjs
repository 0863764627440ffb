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
    edits: [{ file: 'worker/outbox/executor.ts', text: 'const [head] = ledger.lane(lane);', replacement: "const head = ledger.lane(lane).find((operation) => operation.status !== 'failed');" }],
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
    edits: [{ file: 'worker/outbox/executor.ts', text: 'pause.extend(now + (error.retryAfterMs ?? backoffMs(0, 1)));', replacement: 'pause.extend(now);' }],
  },
  {
    name: 'the read mark goes back with the server',
    edits: [{ file: 'worker/outbox/read-marks.ts', text: 'lastReadSequence: Math.max(own, serverRead.lastReadSequence) };', replacement: 'lastReadSequence: serverRead.lastReadSequence };' }],
  },
  {
    name: 'reading further while a mark is on its way makes a second record',
    edits: [
      { file: 'worker/outbox/read-marks.ts', text: "const [waits] = ledger.lane(laneOf({ type: 'mark_read', requestId }));", replacement: "const waits = ledger.lane(laneOf({ type: 'mark_read', requestId })).find((operation) => operation.status !== 'syncing');" },
    ],
  },
  {
    name: 'a lane takes its second operation while the first is under way',
    edits: [
      { file: 'worker/outbox/executor.ts', text: 'const [head] = ledger.lane(lane);', replacement: "const head = ledger.lane(lane).find((operation) => operation.status === 'pending');" },
      { file: 'worker/outbox/executor.ts', text: "if (head?.status !== 'pending' || busy.has(lane) || stalledLanes.has(lane) || setup.isDecided(head.id)) continue;", replacement: "if (head?.status !== 'pending' || stalledLanes.has(lane) || setup.isDecided(head.id)) continue;" },
    ],
  },
  {
    name: 'a blocked lane holds up the lanes behind it',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'const [head] = ledger.lane(lane);', replacement: "const [head] = ledger.lane(lane);\n      if (head?.status === 'failed') break;" }],
  },
  {
    name: 'what the server refuses for good is tried again by itself',
    edits: [{ file: 'worker/outbox/outcome.ts', text: "    case 'REJECTED':\n", replacement: '' }],
  },
  {
    name: 'what has failed is tried again when the link is back',
    edits: [
      {
        file: 'worker/outbox/executor.ts',
        text: "if (operation.status === 'pending' && operation._errorCode === 'OFFLINE') ledger.hold({ ...operation, nextRetryAt: null });",
        replacement: "if (operation.status === 'failed' || operation._errorCode === 'OFFLINE') ledger.hold({ ...operation, status: operation.status === 'failed' ? 'pending' : operation.status, nextRetryAt: null });",
      },
    ],
  },
  {
    name: 'one answer of a server that is down blocks the lane',
    edits: [{ file: 'worker/outbox/outcome.ts', text: "    default:\n      return 'retry';", replacement: "    default:\n      return error.code === 'SERVER_FAILED' ? 'failed' : 'retry';" }],
  },
  {
    name: 'a message is tried for ever',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'if (current.retryCount + 1 >= current.maxRetries &&', replacement: 'if (current.retryCount + 1 >= 1_000 &&' }],
  },
  {
    name: 'a rejected token counts as an attempt',
    edits: [
      {
        file: 'worker/outbox/executor.ts',
        text: 'return note(waiting(current, error, { now, counted: false, nextRetryAt: untilAt, unknown }));',
        replacement: "return note(waiting(current, error, { now, counted: outcome === 'wait-token', nextRetryAt: untilAt, unknown }));",
      },
    ],
  },
  {
    name: 'a token that was rejected is taken again',
    edits: [{ file: 'worker/tokens.ts', text: 'if (given === null || rejectedTokens.has(given)) return askNext();', replacement: 'if (given === null) return askNext();' }],
  },
  {
    name: 'what waits for a token is not woken by it',
    edits: [
      { file: 'worker/outbox/executor.ts', text: '      unstall();\n', replacement: '      look();\n' },
      { file: 'worker/outbox/executor.ts', text: '        cancelStall ??= env.timers.after(TOKEN_RETRY_MS, unstall);\n', replacement: '' },
    ],
  },
  {
    name: 'a message gets ahead of one that waits for the newest rows of its chat',
    edits: [
      { file: 'worker/outbox/newest-rows.ts', text: 'const lookup = (known ?? Promise.resolve()).then(() => book.loadBefore', replacement: 'if (known) return then(true);\n      const lookup = Promise.resolve().then(() => book.loadBefore' },
    ],
  },
  {
    name: 'the pause that a server asks for is kept by its own lane alone',
    edits: [
      { file: 'worker/outbox/executor.ts', text: 'const dueAt = Math.max(pause.untilAt(), onTime.nextRetryAt ?? 0);', replacement: 'const dueAt = onTime.nextRetryAt ?? 0;' },
      { file: 'worker/outbox/executor.ts', text: 'if (retryAfterMs > 0) throw', replacement: 'if (retryAfterMs > 1e9) throw' },
    ],
  },
  {
    name: 'the pause that a server asked for is forgotten with the daemon',
    edits: [{ file: 'worker/outbox/executor.ts', text: "if (operation._errorCode === 'RATE_LIMITED') pause.extend(", replacement: "if (operation._errorCode === 'NEVER') pause.extend(" }],
  },
  {
    name: 'when it is due again is forgotten with the daemon',
    edits: [{ file: 'worker/carry-over.ts', text: "status: 'pending', _outcomeUnknown: true } : operation;", replacement: "status: 'pending', _outcomeUnknown: true } : { ...operation, nextRetryAt: null };" }],
  },
  {
    name: 'an operation that is found under way at the start is left alone',
    edits: [{ file: 'worker/boot.ts', text: 'operations: operations.map(recovered)', replacement: 'operations' }],
  },
  {
    name: 'what failed is forgotten with the daemon',
    edits: [
      { file: 'worker/outbox/ledger.ts', text: "stored.filter(({ status }) => status !== 'completed')", replacement: "stored.filter(({ status }) => status !== 'completed' && status !== 'failed')" },
      { file: 'worker/outbox/ledger.ts', text: "stored.filter(({ status }) => status === 'completed')", replacement: "stored.filter(({ status }) => status === 'completed' || status === 'failed')" },
    ],
  },
  {
    name: 'a message can be discarded while it is being sent',
    edits: [{ file: 'worker/outbox/decisions.ts', text: 'const operation = changeable(operationId);\n    const row', replacement: 'const operation = (ledger.get(operationId) as SendOperation | undefined) ?? changeable(operationId);\n    const row' }],
  },
  {
    name: 'a message can be edited while it is being sent',
    edits: [
      {
        file: 'worker/outbox/decisions.ts',
        text: 'const operation = changeable(operationId);\n        await',
        replacement: 'const operation = (ledger.get(operationId) as SendOperation | undefined) ?? changeable(operationId);\n        await',
      },
    ],
  },
  {
    name: 'a message can be discarded while nobody knows whether it arrived',
    edits: [{ file: 'worker/outbox/decisions.ts', text: 'if (operation._outcomeUnknown) throw', replacement: 'if (operation.retryCount > 99) throw' }],
  },
  {
    name: 'a blocked lane is not woken by retry',
    edits: [{ file: 'worker/outbox/decisions.ts', text: '      desk.wake();\n', replacement: '' }],
  },
  {
    name: 'the link is back and nothing is woken',
    edits: [{ file: 'worker/wiring/wire-sync.ts', text: '      executor.wake(true);\n', replacement: '' }],
  },
  {
    name: 'somebody is online again and nothing is woken',
    edits: [{ file: 'worker/calls.ts', text: '      parts.executor.wake(true);\n', replacement: '' }],
  },
  {
    name: 'nothing wakes a lane when its pause is over',
    edits: [{ file: 'worker/outbox/executor.ts', text: 'if (Number.isFinite(wakeAt)) cancelTimer', replacement: 'if (wakeAt < now) cancelTimer' }],
  },
  {
    name: 'the stored pending row stays beside the confirmed one',
    edits: [{ file: 'worker/sync/chat-book.ts', text: 'removeIds: [...confirmed, ...merged.displaced]', replacement: 'removeIds: merged.displaced' }],
  },
  {
    name: 'the bound of the outbox is not kept',
    edits: [{ file: 'worker/outbox/outbox.ts', text: "if (ledger.size() >= setup.limit) throw", replacement: "if (ledger.size() >= 1_000) throw" }],
  },
  {
    name: 'the read mark goes down',
    edits: [{ file: 'worker/outbox/read-marks.ts', text: '      if (mark <= before) return;\n', replacement: '' }],
  },
  {
    name: 'a read mark that cannot be told now is dropped',
    edits: [{ file: 'worker/outbox/executor.ts', text: "if (outcome === 'failed' && current.type === 'mark_read')", replacement: "if (current.type === 'mark_read')" }],
  },
  {
    name: 'a read mark is told from memory alone',
    edits: [{ file: 'worker/outbox/read-marks.ts', text: 'lastReadAt: now }), { puts: [operation] });', replacement: 'lastReadAt: now }));' }],
  },
  {
    name: 'every read mark is told by itself',
    edits: [
      { file: 'worker/outbox/read-marks.ts', text: 'nextRetryAt: waits?.nextRetryAt ?? now + DEBOUNCE_MS', replacement: 'nextRetryAt: null' },
      { file: 'worker/outbox/read-marks.ts', text: 'env.timers.after(DEBOUNCE_MS, () => {', replacement: 'env.timers.after(0, () => {' },
    ],
  },
];
