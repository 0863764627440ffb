/** What calls and frames go over: a MessagePort, a channel, or what behaves like one. */
export type Line = Pick<MessagePort, 'postMessage' | 'addEventListener' | 'removeEventListener' | 'start' | 'close'>;
