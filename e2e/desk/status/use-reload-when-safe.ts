/** A newer desk was deployed: this tab loads it as soon as nothing is being typed anywhere in it. */
import { useEffect } from 'react';
import type { Client } from 'tabcached';

/** True while no field of the page holds text. */
function nothingTyped(): boolean {
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input')].every((field) => field.value === '');
}

/** See the file. */
export function useReloadWhenSafe(client: Client): void {
  useEffect(() => client.reloadWhenSafe(nothingTyped), [client]);
}
