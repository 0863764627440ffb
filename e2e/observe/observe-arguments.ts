/** What `npm run observe` was asked for. Pure. */
import { parseArgs } from 'node:util';

/** See {@link readArguments}. */
export interface ObserveArguments {
  readonly username: string;
  /** Address of the desk. */
  readonly url: string;
  /** A chat to show, so that it is synchronised. */
  readonly ticket: string | null;
  /** Kinds that are printed; null: all. */
  readonly kinds: readonly string[] | null;
  /** How many updates are printed before it ends; null: until it is stopped. */
  readonly count: number | null;
}

/** How to call it. */
export const USAGE = `npm run observe -- --as <username> [--url http://127.0.0.1:4173] [--ticket <id>] [--kinds messages,outbox] [--count N]

Prints the updates of that user's cache, one JSON line each, until it is stopped. Ends with 1 when the desk cannot be opened.`;

/** The arguments, or what is wrong with them. */
export function readArguments(args: readonly string[]): ObserveArguments | { readonly wrong: string } {
  try {
    const options = { as: { type: 'string' }, url: { type: 'string' }, ticket: { type: 'string' }, kinds: { type: 'string' }, count: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (!values.as) return { wrong: 'Who? --as is missing.' };
    const count = values.count === undefined ? null : Number(values.count);
    if (count !== null && !(Number.isInteger(count) && count > 0)) return { wrong: `--count is no positive number: ${values.count}` };
    const url = new URL(values.url ?? 'http://127.0.0.1:4173').origin;
    return { username: values.as, url, ticket: values.ticket ?? null, kinds: values.kinds?.split(',') ?? null, count };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
