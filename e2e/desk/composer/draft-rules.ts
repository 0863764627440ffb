/**
 * When the text box follows the shared draft, and when it must not. Pure.
 *
 * The draft of a chat is one for all tabs of a person; the text box is each tab's own. What somebody is typing is never replaced.
 */

/** What the decision depends on. */
export interface DraftSituation {
  /** What stands in the box. */
  readonly text: string;
  /** The draft as this box last took it or saved it. */
  readonly shared: string;
  /** The draft as the daemon tells it now. */
  readonly draft: string;
  readonly focused: boolean;
  /** The draft is told for the first time. */
  readonly opening: boolean;
  /** A save of this box is waiting or under way: what the daemon tells may be older. */
  readonly saving: boolean;
}

/**
 * Should the box take the draft? Only when what stands there is what was shared, so that nothing of its own is lost; and not under the
 * hands of somebody who is in it, unless the conversation just opened.
 */
export const takesDraft = ({ text, shared, draft, focused, opening, saving }: DraftSituation): boolean =>
  (opening || !focused) && !saving && text === shared && draft !== text;
