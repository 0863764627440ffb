/** The title of the browser's tab. Pure. */

const NAME = 'Support desk';

/** `(3) Printer is on fire · Support desk`: unread messages first, because a narrow tab shows nothing else; before them a mark, if any. */
export function deskTitle(unread: number, subject: string | null, mark = ''): string {
  const name = subject === null ? NAME : `${subject} · ${NAME}`;
  return mark + (unread > 0 ? `(${unread}) ${name}` : name);
}
