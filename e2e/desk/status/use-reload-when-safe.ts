/** A newer desk was deployed: this tab loads it as soon as nothing is being typed anywhere in it. */
import { useEffect } from 'react';
import type { Client } from 'tabcached';

/** What holds words of a person. Choices and buttons have a value too, whether or not somebody touched them. */
const WRITTEN = 'textarea, input:not([type=radio], [type=checkbox], [type=file], [type=number])';

/** True while no field of the page holds text, no number is being typed and no question is open. */
function nothingTyped(): boolean {
  const isEmpty = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(WRITTEN)].every((field) => field.value === '');
  return isEmpty && !document.querySelector('[type=number]:focus, dialog[open]');
}

/** See the file. */
export function useReloadWhenSafe(client: Client): void {
  useEffect(() => client.reloadWhenSafe(nothingTyped), [client]);
}
