/**
 * Where a file's bytes lie on a disk: the data model's layout, `cache/media/{requestId}/{filename}`, with `.thumb` for the thumbnail.
 *
 * Owns: paths, and their short form in `localBlobKey` and `thumbnailBlobKey`. What is not complete yet carries the generation of its writer,
 * so that a daemon which was replaced never writes into the files of the next one. Pure.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { FilePath } from './file-host.ts';
import { safeName } from './safe-name.ts';

/** Folder of all media. */
export const MEDIA_FOLDER: FilePath = ['cache', 'media'];

/** Digest of a name, over its UTF-16 code units: half a surrogate pair is a character too. */
function digestOf(name: string): string {
  const bytes = new Uint8Array(2 * name.length);
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    bytes[2 * at] = unit >> 8;
    bytes[2 * at + 1] = unit & 0xff;
  }
  return bytesToHex(sha256(bytes));
}

/** Name of a folder for anything that has a name. */
export const folderName = (name: string): string => safeName(name, digestOf);

/** The folder of a chat's files. */
const chatFolder = (requestId: string): FilePath => [...MEDIA_FOLDER, folderName(requestId)];

/** All paths of one file. */
export interface FilePaths {
  readonly body: FilePath;
  readonly thumbnail: FilePath;
  /** What was received of it so far. */
  readonly part: FilePath;
  /** A whole body before it is renamed. */
  readonly temp: FilePath;
}

/** The paths of a file; `generation` is the writer's. */
export function filePaths({ requestId, filename }: { readonly requestId: string; readonly filename: string }, generation: number): FilePaths {
  const folder = chatFolder(requestId);
  const name = safeName(filename, digestOf);
  return {
    body: [...folder, name],
    thumbnail: [...folder, `${name}.thumb`],
    part: [...folder, `${name}.${generation}.part`],
    temp: [...folder, `${name}.${generation}.temp`],
  };
}

/** Short form of a path below {@link MEDIA_FOLDER}: what records hold. */
export const keyOfPath = (path: FilePath): string => path.slice(MEDIA_FOLDER.length).join('/');

/** The path of a short form. */
export const pathOfKey = (key: string): FilePath => [...MEDIA_FOLDER, ...key.split('/')];

/** Is this the key of such a part, whichever daemon received it? */
export function isPartOf(key: string, paths: FilePaths): boolean {
  const stem = `${keyOfPath(paths.body)}.`;
  return key.startsWith(stem) && /^\d+\.part$/.test(key.slice(stem.length));
}
