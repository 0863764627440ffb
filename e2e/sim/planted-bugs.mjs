/**
 * Planted bugs of synchronisation.
 *
 * Owns: this part of the table; see `planted-list.mjs`.
 */

/** @type {readonly import('./planted-list.mjs').PlantedBug[]} */
export const SYNC_BUGS = [
  {
    name: 'watermark moves on a push that is not the next one',
    edits: [
      {
        file: 'worker/sync/chain.ts',
        text: "return frame.previousRevision <= revision ? 'next' : 'later';",
        replacement: "return 'next';",
      },
      {
        file: 'worker/sync/history.ts',
        text: 'const next = known.find((range) => range.start <= history.watermark + 1 && range.end > history.watermark);',
        replacement: 'const next = known.at(-1);',
      },
    ],
  },
  {
    name: 'a push frame that is not the next one is applied at once',
    edits: [
      {
        file: 'worker/sync/chain.ts',
        text: "return frame.previousRevision <= revision ? 'next' : 'later';",
        replacement: "return 'next';",
      },
    ],
  },
  {
    name: 'the record of a chat is written in another transaction than its rows',
    edits: [
      {
        file: 'worker/store/chat-writes.ts',
        text: '  void tx.put(\'chat_meta\', meta);\n',
        replacement: "  void tx.put('chat_meta', current && merged.puts.length > 3 ? { ...current, messageCount: meta.messageCount, _messagesSize: meta._messagesSize } : meta);\n",
      },
    ],
  },
  {
    name: 'an incomplete page clears gaps and makes voids',
    edits: [{ file: 'worker/sync/answers.ts', text: 'const base = { complete: page.complete, revision };', replacement: 'const base = { complete: true, revision };' }],
  },
  {
    name: 'a late page overwrites a newer edit',
    edits: [
      {
        file: 'worker/sync/merge.ts',
        text: 'if (held._revision !== row._revision) return held._revision > row._revision;',
        replacement: 'if (held._revision !== row._revision) return false;',
      },
      {
        file: 'worker/store/merge-rows.ts',
        text: 'if (Math.max(occupant?._revision ?? 0, vacated.get(upsert.sequenceNumber) ?? 0) > upsert._revision) continue;',
        replacement: '',
      },
      {
        file: 'worker/sync/fetch-changes.ts',
        text: 'if (page.revision === null || page.revision >= (applied() ?? 0) || !setup.backend.changes) return fetched;',
        replacement: 'return fetched;',
      },
    ],
  },
  {
    name: 'an answer older than what is applied counts as complete without the changes since',
    edits: [
      {
        file: 'worker/sync/fetch-changes.ts',
        text: 'if (page.revision === null || page.revision >= (applied() ?? 0) || !setup.backend.changes) return fetched;',
        replacement: 'return fetched;',
      },
    ],
  },
  {
    name: 'query before attach: what came between is not asked for',
    edits: [
      { file: 'worker/sync/run-step.ts', text: 'if (link.attached() && link.attachment() === attachment) cell.current = true;', replacement: 'cell.current = true;' },
    ],
  },
  {
    name: 'frames that come during a fetch are dropped, not drained after it',
    edits: [
      {
        file: 'worker/sync/frames.ts',
        text: 'cell.waiting = keepFrame(cell.waiting, frame);',
        replacement: 'if (!cell.running) cell.waiting = keepFrame(cell.waiting, frame);',
      },
    ],
  },
  {
    name: 'an own send moves the watermark',
    edits: [
      {
        file: 'worker/outbox/outbox.ts',
        text: '({ ...NO_CHANGE, rows: rows.map((row) => ({ ...row, clientTempId: operation.id })), rejected: message.requestId === operation.requestId ? rejected : [], own: operation.id })',
        replacement: '({ ...NO_CHANGE, rows: rows.map((row) => ({ ...row, clientTempId: operation.id })), answer: { start: message.sequenceNumber, end: message.sequenceNumber, complete: true, revision: message.revision, beginning: false }, settles: true, serverRevision: message.revision })',
      },
    ],
  },
  {
    name: 'a deletion is forgotten when its row is not in memory',
    edits: [
      {
        file: 'worker/sync/merge.ts',
        text: '[...new Set([...removed.map((row) => row.sequenceNumber), ...deletions.map((row) => row.sequenceNumber)])]',
        replacement: 'removed.filter((row) => model.rows.includes(row)).map((row) => row.sequenceNumber)',
      },
    ],
  },
  {
    name: 'a void loses to an older row: a deleted message comes back',
    edits: [
      {
        file: 'worker/sync/merge.ts',
        text: 'if (answer ? goneAt > Math.max(_revision, attested) : goneAt >= _revision) continue;',
        replacement: 'if (attested < 0) continue;',
      },
    ],
  },
  {
    name: "a delta's last revision is taken before its other pages were read",
    edits: [
      { file: 'worker/sync/run-step.ts', text: 'serverRevision: laterOf(revisionOf(model), delta.revision),', replacement: 'serverRevision: laterOf(revisionOf(model), delta.revision + (delta.hasMore ? 20 : 0)),' },
      { file: 'protocol/limits.ts', text: 'export const CHANGES_PAGE_SIZE = 500;', replacement: 'export const CHANGES_PAGE_SIZE = 10;' },
    ],
  },
  {
    name: 'doubts are cleared without an answer',
    edits: [{ file: 'worker/sync/merge.ts', text: 'difference(held, rangeSet(answer.start, answer.end)) : held;', replacement: 'EMPTY : held;' }],
  },
  {
    name: 'a row that is written again is counted again',
    edits: [{ file: 'worker/store/merge-rows.ts', text: '    count(row, -1);\n', replacement: '    if (!now) count(row, -1);\n' }],
  },
  {
    name: 'a resync discards the outbox',
    edits: [{ file: 'worker/store/chat-deletion.ts', text: 'const { everything = false, now } = options;', replacement: 'const { everything = true, now } = options;' }],
  },
  {
    name: 'a server that went backwards is not noticed',
    edits: [{ file: 'worker/sync/run-step.ts', text: 'if (replaces) await book.reset(requestId, true, backwards);', replacement: '' }],
  },
  {
    name: 'a jump leaves no gap',
    edits: [{ file: 'worker/sync/history.ts', text: 'gaps: union(history.gaps, difference(fresh, known)),', replacement: 'gaps: history.gaps,' }],
  },
  {
    name: 'a refused cursor is asked with again at once, for ever',
    edits: [{ file: 'worker/sync/engine.ts', text: '      cell.resync = true;\n', replacement: '      cell.refusals = 0;\n' }],
  },
  {
    name: 'unread counts own messages',
    edits: [{ file: 'worker/sync/unread.ts', text: 'row.senderId !== userId', replacement: 'row.senderId !== null' }],
  },
  {
    name: 'the confirmed row does not take the place of the pending one',
    edits: [{ file: 'worker/sync/merge.ts', text: 'const keys = new Set([change.own, ...change.rows.map((row) => row.clientTempId)]);', replacement: 'const keys = new Set<string | undefined>(change.answer ? [] : [change.own, ...change.rows.map((row) => row.clientTempId)]);' }],
  },
  {
    name: 'patches made while a snapshot is on its way are lost',
    edits: [{ file: 'worker/views.ts', text: '      for (const session of watching.keys()) sessions.post(session, text, requestId);', replacement: '      for (const session of [...watching.keys()].slice(0, 2)) sessions.post(session, text, requestId);' }],
  },
];
