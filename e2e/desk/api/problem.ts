/** What can go wrong between the desk and the reference server, in words a person can use. */

/** An answer that is not a success. `status` is 0 when there was no answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(status: number, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.status = status;
  }
}

/** The words of a problem document (RFC 9457), or plain ones when the server sent none. */
export function problemText(status: number, body: unknown): string {
  const { detail, title } = (typeof body === 'object' && body !== null ? body : {}) as { detail?: unknown; title?: unknown };
  if (typeof detail === 'string' && detail !== '') return detail;
  if (typeof title === 'string' && title !== '') return title;
  return `The server answered ${status}.`;
}
