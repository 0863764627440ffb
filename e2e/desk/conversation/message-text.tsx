/** A message's text: plain text and links, whatever it looks like. */
import { useMemo, type ReactNode } from 'react';
import { linkify } from './linkify.ts';

/** See the file. */
export function MessageText({ text }: { readonly text: string }): ReactNode {
  const parts = useMemo(() => linkify(text), [text]);
  return parts.map((part, index) =>
    part.href === null ? (
      part.text
    ) : (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.text}
      </a>
    ),
  );
}
