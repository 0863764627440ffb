/** Finds web addresses in message text. Pure; what it returns is shown as text and links, never as markup. */

/** A piece of text; `href` when it is a link. */
export interface TextPart {
  readonly text: string;
  readonly href: string | null;
}

const address = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** An address without what belongs to the sentence around it: closing punctuation, and brackets that were opened before it. */
function trimEnd(found: string): string {
  let text = found;
  for (;;) {
    const last = text.at(-1) ?? '';
    const opener = closers[last];
    const unbalanced = opener !== undefined && count(text, last) > count(text, opener);
    if (!/[.,;:!?…]/u.test(last) && !unbalanced) return text;
    text = text.slice(0, -1);
  }
}

/** The parts of a text, in order; joined they are the text. */
export function linkify(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const found = trimEnd(match[0]);
    if (!URL.canParse(found)) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
    parts.push({ text: found, href: found });
    from = match.index + found.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), href: null });
  return parts;
}
