/** New messages in the words of a notification. Pure. */
import type { Notice } from 'tabcached';

/** A notification. `tag`: another one of the same tag takes its place; `requestId`: what a click opens, if it is one conversation. */
export interface NoticeText {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly requestId: string | null;
}

/** More conversations than these are told in one notification: a desk that was offline over lunch would else cover the screen. */
const APART_MAX = 3;

/** The notifications for messages that were told together. */
export function noticeTexts(notices: readonly Notice[]): readonly NoticeText[] {
  if (notices.length > APART_MAX) {
    const count = notices.reduce((sum, notice) => sum + notice.count, 0);
    return [{ title: `${count} new messages`, body: `In ${notices.length} conversations`, tag: 'desk:many', requestId: null }];
  }
  return notices.map(({ requestId, subject, count, preview }) => ({
    title: subject,
    body: count === 1 ? (preview ?? 'A new message') : `${count} new messages${preview === null ? '' : `. ${preview}`}`,
    tag: `desk:${requestId}`,
    requestId,
  }));
}
