/**
 * Planted bugs of two people in one browser profile, and of telling a person of new messages.
 *
 * Owns: this part of the table; see `planted-list.mjs`.
 */

/** @type {readonly import('./planted-list.mjs').PlantedBug[]} */
export const USER_BUGS = [
  {
    name: 'the name of a database has no user in it',
    edits: [{ file: 'protocol/names.ts', text: '`support-center-${userId}-cache`', replacement: '(userId && `support-center-cache`)' }],
  },
  {
    name: 'whose token it is is not looked at',
    edits: [{ file: 'worker/push.ts', text: 'if (named === userId) return attach();', replacement: "if (named !== '') return attach();" }],
  },
  {
    name: 'after the token of another user no tab is asked again',
    edits: [{ file: 'worker/push.ts', text: 'env.timers.after(WRONG_USER_PAUSE_MS, open);', replacement: '' }],
  },
  {
    name: 'what a user left is shown before the server has named the next one',
    edits: [{ file: 'worker/gate.ts', text: 'let locked = signedOut;', replacement: 'let locked = signedOut && false;' }],
  },
  {
    name: 'a wipe takes the caches of every user',
    edits: [{ file: 'protocol/names.ts', text: "`${nameOf('own', userId)}:`", replacement: "(userId && `${nameOf('own')}:`)" }],
  },
  {
    name: 'every tab is told of a new message',
    edits: [{ file: 'worker/tabs/notices.ts', text: 'tell((only && able.find((session) => setup.shows(session, only.requestId))) ?? best, notices, []);', replacement: 'for (const each of only && best ? able : able) tell(each, notices, []);' }],
  },
  {
    name: 'what was told is not remembered',
    edits: [{ file: 'worker/tabs/notices.ts', text: 'const next = tellable || seen ? markOf(ticket) : mark;', replacement: 'const next = seen ? markOf(ticket) : mark;' }],
  },
  {
    name: 'a person is told of what he looks at',
    edits: [{ file: 'worker/tabs/notices.ts', text: 'session.report.visible && setup.shows(session, requestId)', replacement: "session.report.visible && setup.shows(session, '')" }],
  },
  {
    name: 'the next daemon tells everything again',
    edits: [{ file: 'worker/tabs/notices.ts', text: 'setup.known.map((ticket) => [ticket.id, markOf(ticket)])', replacement: 'setup.known.map((ticket) => [ticket.id, { ...markOf(ticket), head: 0, unread: 0 }])' }],
  },
  {
    name: 'a new message is noted and nobody is told',
    edits: [{ file: 'worker/tabs/notices.ts', text: 'if (notices.length > 0) void gather(notices, before);', replacement: 'if (notices.length > 99) void gather(notices, before);' }],
  },
];
