/**
 * Sizes that the simulation plays with instead of those of the product: files are small there, so that many of them fit into a second, and
 * what is kept of a download, or when the browser is asked for its quota, has to be small with them.
 *
 * Owns: these edits. Nothing else of the code under test is another one.
 */

/** @type {readonly { file: string, text: string, replacement: string }[]} */
export const SMALL_PARTS = [
  { file: 'protocol/limits.ts', text: 'export const MEDIA_PART_BYTES = 1024 * 1024;', replacement: 'export const MEDIA_PART_BYTES = 2048;' },
  { file: 'worker/media/fetch-file.ts', text: 'const KEEP_BYTES = 64 * 1024;', replacement: 'const KEEP_BYTES = 256;' },
  { file: 'worker/eviction/media-room.ts', text: 'const ASK_QUOTA_EVERY_BYTES = 8 * 1024 * 1024;', replacement: 'const ASK_QUOTA_EVERY_BYTES = 16 * 1024;' },
  { file: 'worker/eviction/budget-keeper.ts', text: 'const FREE_BYTES = 2 * 1024 * 1024;', replacement: 'const FREE_BYTES = 8 * 1024;' },
];
