/** How long a message may be, and what is said about it. Pure. Lengths are UTF-16 code units, as everywhere in tabcached. */

/** Longest message. */
const LENGTH_MAX = 10_000;
/** From here on, the characters that are left are shown. */
const LENGTH_NEAR = 9_500;

const number = new Intl.NumberFormat('en-GB');

/** What is said about a text's length; null while there is nothing to say. */
export function lengthText(length: number): { readonly text: string; readonly tooLong: boolean } | null {
  if (length <= LENGTH_NEAR) return null;
  if (length <= LENGTH_MAX) return { text: `${number.format(LENGTH_MAX - length)} characters left`, tooLong: false };
  return { text: `${number.format(length - LENGTH_MAX)} characters over the limit of ${number.format(LENGTH_MAX)}`, tooLong: true };
}

/** Can this text be sent? */
export const isSendable = (text: string): boolean => text.trim() !== '' && text.length <= LENGTH_MAX;
