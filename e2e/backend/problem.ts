/** Errors as the API tells them: problem documents of RFC 9457 with stable types. */

/** What can be wrong with a request, with its status. The type of a document is `/problems/` and this name. */
const PROBLEMS = {
  invalid: { status: 400, title: 'The request is not valid.' },
  unauthorized: { status: 401, title: 'Sign in first.' },
  forbidden: { status: 403, title: 'That is not allowed.' },
  'not-found': { status: 404, title: 'There is no such thing.' },
  'id-taken': { status: 409, title: 'That id was used for something else.' },
  'message-deleted': { status: 410, title: 'That message was sent and has been deleted.' },
  'cursor-expired': { status: 410, title: 'That revision is not known any more.' },
  'payload-too-large': { status: 413, title: 'The body is too large.' },
  'range-not-satisfiable': { status: 416, title: 'That range is not in the file.' },
  'ticket-closed': { status: 422, title: 'The ticket is closed.' },
  internal: { status: 500, title: 'The server failed.' },
} as const;

/** Name of a problem. */
export type ProblemKind = keyof typeof PROBLEMS;

/** Thrown by whatever handles a request; becomes the answer. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail ?? PROBLEMS[kind].title);
    this.kind = kind;
    this.headers = headers;
  }
}

/** The answer that tells a problem. */
export function problemResponse({ kind, message, headers }: Problem): Response {
  const { status, title } = PROBLEMS[kind];
  const body = { type: `/problems/${kind}`, title, status, detail: message };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers } });
}
