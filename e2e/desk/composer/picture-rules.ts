/** Which pictures can be sent, and under which name. Pure. */
import { isPictureType, sizeText } from '../media/attachment.ts';

/** Largest file that the server takes. */
const SIZE_MAX_BYTES = 25 * 1024 * 1024;
/** Longest part of a name that is kept; the rest of it tells pictures apart. */
const BASE_MAX = 80;

/** What is looked at of a file. */
type Candidate = Pick<File, 'name' | 'type' | 'size'>;

/** Why a file cannot be sent, in words; null when it can. */
export function pictureProblem({ name, type, size }: Candidate): string | null {
  if (!isPictureType(type)) return `“${name}” is not a picture that can be sent: PNG, JPEG, GIF, WebP and AVIF are.`;
  if (size === 0) return `“${name}” is empty.`;
  if (size > SIZE_MAX_BYTES) return `“${name}” has ${sizeText(size)}; up to ${sizeText(SIZE_MAX_BYTES)} can be sent.`;
  return null;
}

/** The first picture among files, or the first file when none is, so that it can be said why not. Null for no files. */
export const choosePicture = <F extends Candidate>(files: readonly F[]): F | null => files.find((file) => pictureProblem(file) === null) ?? files[0] ?? null;

/**
 * The name to store a picture under: recognisable, and like no other in its chat, because the server replaces a file of the same name.
 * `unique`: a few random letters.
 */
export function storedName({ name, type }: Candidate, unique: string): string {
  const end = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? `.${(type.split('/')[1] ?? 'bin').replace(/[^a-z0-9].*$/i, '')}`;
  const whole = name.slice(0, name.length - (name.endsWith(end) ? end.length : 0));
  const base = whole.replaceAll(/[/\\\p{Cc}\p{Surrogate}]/gu, ' ').trim().replace(/^\.+/, '');
  return `${[...(base || 'picture')].slice(0, BASE_MAX).join('')}-${unique}${end.toLowerCase()}`;
}
