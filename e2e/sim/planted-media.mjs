/**
 * Planted bugs of files and of eviction.
 *
 * Owns: this part of the table; see `planted-list.mjs`.
 */

/** @type {readonly import('./planted-list.mjs').PlantedBug[]} */
export const MEDIA_BUGS = [
  {
    name: 'bytes are stored although their digest is another one',
    edits: [{ file: 'worker/media/fetch-file.ts', text: 'if (answer.digest !== null && digest !== answer.digest) {', replacement: 'if (answer.digest !== null && digest === null) {' }],
  },
  {
    name: 'a rest is put behind the part of another file',
    edits: [{ file: 'worker/media/fetch-file.ts', text: 'if (answer.offset === held.bytes.size && answer.etag === held.etag)', replacement: 'if (answer.offset === held.bytes.size || answer.offset === held.bytes.size - 1)' }],
  },
  {
    name: 'a pinned file is evicted',
    edits: [
      { file: 'worker/eviction/file-victims.ts', text: 'return !record.isPinned && !young', replacement: 'return !young' },
      { file: 'worker/media/media-cache.ts', text: 'if (isBusy(id) || files.get(id)?.record.isPinned) return 0;', replacement: 'if (isBusy(id)) return 0;' },
    ],
  },
  {
    name: 'a file on a screen is evicted',
    edits: [{ file: 'worker/media/media-cache.ts', text: "(queue.phase(id) !== 'none' || [...entry.watchers.values()].some((wish) => wish.onScreen))", replacement: "queue.phase(id) !== 'none'" }],
  },
  {
    name: 'a file that was just stored is evicted',
    edits: [{ file: 'worker/eviction/file-victims.ts', text: 'const YOUNG_MS = 60 * 60 * 1000;', replacement: 'const YOUNG_MS = 1000;' }],
  },
  {
    name: 'a body that others share is deleted with the first of them',
    edits: [{ file: 'worker/media/blob-media-store.ts', text: 'if (refs.length > 0) {', replacement: 'if (refs.length > 1) {' }],
  },
  {
    name: 'a body that is stored already is counted again',
    edits: [{ file: 'worker/media/blob-media-store.ts', text: 'storedBytes: (held ? 0 : body.size) - freed', replacement: 'storedBytes: body.size - freed' }],
  },
  {
    name: 'a file in a folder that others share is deleted with its owner',
    edits: [{ file: 'worker/media/file-bodies.ts', text: 'if (isHeld(record) && (record._body?.refs.length ?? 0) > 0) {', replacement: 'if (isHeld(record) && (record._body?.refs.length ?? 0) > 1) {' }],
  },
  {
    name: 'a body in a folder is stored again for each file that has it',
    edits: [
      { file: 'worker/media/files-media-store.ts', text: 'if (!(await bodies.ownerOf(body.digest))) await toTemp();', replacement: 'await toTemp();' },
      { file: 'worker/media/files-media-store.ts', text: 'if (owner) return bodies.share(owner, id, body, now);', replacement: 'if (owner && owner.id === id) return bodies.share(owner, id, body, now);' },
    ],
  },
  {
    name: 'the record says that a file is there before it is',
    edits: [
      { file: 'worker/media/file-bodies.ts', text: '        await files.move(at.temp, at.body);\n', replacement: '' },
      { file: 'worker/media/file-bodies.ts', text: '        if (placed) (await ownersByDigest()).set(body.digest, id);', replacement: '        if (placed) await files.move(at.temp, at.body);\n        if (placed) (await ownersByDigest()).set(body.digest, id);' },
    ],
  },
  {
    name: 'files in the folder that nobody knows stay',
    edits: [{ file: 'worker/media/files-reconcile.ts', text: 'for (const key of repairs.orphans) await files.delete(pathOfKey(key)).catch(() => void (left += 1));', replacement: '' }],
  },
  {
    name: 'putting the folder right leaves the counters for later',
    edits: [{ file: 'worker/media/files-reconcile.ts', text: '        return correctCounters(tx, counted, now);\n', replacement: '        return at + SLICE < changed.length || changed.length > 0 ? false : correctCounters(tx, counted, now);\n' }],
  },
  {
    name: 'bytes stay in the database when files go back to the folder',
    edits: [{ file: 'worker/media/files-reconcile.ts', text: "        if (at === 0 && hasBlobs) void tx.clear('media_blobs');\n", replacement: '' }],
  },
  {
    name: 'a thumbnail in the folder outlives its file',
    edits: [{ file: 'worker/media/files-media-store.ts', text: '    await drop(at.thumbnail);\n    return freed + others;', replacement: '    return freed + others;' }],
  },
  {
    name: 'a thumbnail outlives its file',
    edits: [{ file: 'worker/media/blob-media-store.ts', text: "      void tx.delete('media_blobs', before.thumbnailBlobKey);\n", replacement: '' }],
  },
  {
    name: 'thumbnails give back more room than they were given',
    edits: [{ file: 'worker/media/media-files.ts', text: 'room.settle(thumbnail.size);', replacement: 'room.settle(5 * thumbnail.size);' }],
  },
  {
    name: 'files are fetched in the order in which they were asked for',
    edits: [{ file: 'worker/media/urgency.ts', text: 'if (itsRank <= rank) continue;', replacement: 'if (rank >= 0) continue;' }],
  },
  {
    name: 'room that was asked for is never given back',
    edits: [{ file: 'worker/eviction/media-room.ts', text: '      granted -= bytes;\n', replacement: '' }],
  },
  {
    name: 'four downloads at once',
    edits: [{ file: 'protocol/limits.ts', text: 'export const MEDIA_SLOTS = 3;', replacement: 'export const MEDIA_SLOTS = 4;' }],
  },
  {
    name: 'a download that waits for its next attempt is not woken',
    edits: [{ file: 'worker/media/download-queue.ts', text: 'if (!next) return sleepUntil(Math.min(...waiting.map((job) => job.notBeforeAt)));', replacement: 'if (!next) return;' }],
  },
  {
    name: 'an address that is refused is not renewed',
    edits: [{ file: 'worker/media/download-queue.ts', text: "if (error.code === 'FORBIDDEN' && !job.renew) {", replacement: "if (error.code === 'FORBIDDEN' && job.renew) {" }],
  },
  {
    name: 'files of deleted messages stay',
    edits: [
      { file: 'worker/wiring/wire-sync.ts', text: '    if (removals.length > 0) parts.media.loaded()?.rowsRemoved(requestId, removals);\n', replacement: '' },
      { file: 'worker/media/media-cache.ts', text: '      sweep.doubtLater(requestId);\n', replacement: '' },
    ],
  },
  {
    name: 'files of a chat that is lost stay',
    edits: [{ file: 'worker/wiring/wire-sync.ts', text: '      parts.media.loaded()?.forget(requestId);\n', replacement: '' }],
  },
  {
    name: 'a file that was taken away is not fetched again when its message is back',
    edits: [
      { file: 'worker/media/media-cache.ts', text: '        void fetchAgain(entry);\n', replacement: '' },
      { file: 'worker/media/media-cache.ts', text: 'if (orphans.length === 0) await fetchAgain(entry);', replacement: '' },
    ],
  },
  {
    name: 'messages past their budget stay',
    edits: [{ file: 'worker/eviction/budget-keeper.ts', text: 'const tooMany = held > budget * START_SHARE ? held - budget * STOP_SHARE : 0;', replacement: 'const tooMany = 0;' }],
  },
  {
    name: 'rows are evicted and their record is not told',
    edits: [{ file: 'worker/eviction/evict-messages.ts', text: 'meta: forgotten.model.meta, now, confirmed: [] };', replacement: 'meta: model.meta, now, confirmed: [] };' }],
  },
];
