/**
 * Names of files on a disk, made from names that a server chose.
 *
 * Owns: an escape that is the same on every platform, keeps distinct names distinct even where a file system ignores case or normalises
 * Unicode, and never makes a path. Lower-case names of plain characters stay as they are. Does not know folders or files. Pure.
 *
 * - A capital becomes `!` and its small letter (`Scan.pdf` is stored as `!scan.pdf`), any other character outside the plain ones `%` and
 *   two hex digits, or `%u` and four.
 * - A plain character is escaped too where it would mean something: a dot at the start or the end, a space at the end, the first letter of
 *   a device's name (`con.txt`), the dot of an ending that tabcached uses itself (`.thumb`).
 * - What is longer than {@link SAFE_NAME_MAX} then is cut, and ends with `~` and a digest of the whole name. Nothing else holds a `~`.
 */

/** Longest safe name, in bytes: one character is one byte. Leaves room for tabcached's own endings within the 255 of file systems. */
export const SAFE_NAME_MAX = 180;

/** Endings of files that tabcached puts beside a file; no safe name ends with one. */
export const OWN_ENDINGS = ['.thumb', '.part', '.temp'] as const;

const PLAIN = /[a-z0-9 ._()+,=@-]/;
const OWN_ENDING = new RegExp(`(${OWN_ENDINGS.map((ending) => ending.replace('.', '\\.')).join('|')})$`);
/** Names that Windows takes for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/;
/** Hex digits of the digest in the name of what was cut. */
const DIGEST_DIGITS = 32;

const hexCode = (char: string): string => {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `%${code.toString(16).padStart(2, '0')}` : `%u${code.toString(16).padStart(4, '0')}`;
};
/** By UTF-16 code units, so that also half a surrogate pair has a name of its own. */
const escapeChar = (char: string): string => (PLAIN.test(char) ? char : /[A-Z]/.test(char) ? `!${char.toLowerCase()}` : hexCode(char));
const escapeAt = (text: string, at: number): string => text.slice(0, at) + hexCode(text.charAt(at)) + text.slice(at + 1);

/** The file's name on disk. `digestHex` answers at least 32 hex digits that no two texts share. */
export function safeName(name: string, digestHex: (text: string) => string): string {
  let safe = name.split('').map(escapeChar).join('');
  // From the end to the start, so that positions stay what they are.
  const ending = OWN_ENDING.exec(safe);
  if (ending) safe = escapeAt(safe, ending.index);
  if (/[. ]$/.test(safe)) safe = escapeAt(safe, safe.length - 1);
  if (/^[. ]/.test(safe) || DEVICE.test(safe)) safe = escapeAt(safe, 0);
  if (safe === '') return '%';
  if (safe.length <= SAFE_NAME_MAX) return safe;
  const tail = `~${digestHex(name).slice(0, DIGEST_DIGITS)}`;
  return safe.slice(0, SAFE_NAME_MAX - tail.length) + tail;
}

/** The name that a safe name stands for; null when it was cut, or is none that {@link safeName} makes. */
export function originalName(safe: string): string | null {
  if (safe === '%') return '';
  const units = safe.match(/%u[0-9a-f]{4}|%[0-9a-f]{2}|![a-z]|[^%!~]/g) ?? [];
  if (units.join('') !== safe) return null;
  const name = units.map(originalChar).join('');
  return safeName(name, () => '') === safe ? name : null;
}

function originalChar(unit: string): string {
  if (unit.startsWith('%')) return String.fromCharCode(parseInt(unit.replace(/^%u?/, ''), 16));
  return unit.startsWith('!') ? unit.slice(1).toUpperCase() : unit;
}
