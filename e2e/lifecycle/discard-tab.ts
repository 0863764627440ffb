/** The browser's own page on which a tab's memory can be taken away. Owns: what is pressed there. */
import type { PlainTab } from './plain-tab.ts';

/** Runs in that page: presses the discard of the row that names an address. True when there was one. */
function press(address: string): boolean {
  const find = (root: Document | ShadowRoot): ShadowRoot | undefined => {
    for (const element of root.querySelectorAll('*')) {
      if (element.localName === 'discards-tab' && element.shadowRoot) return element.shadowRoot;
      const inner = element.shadowRoot && find(element.shadowRoot);
      if (inner) return inner;
    }
    return undefined;
  };
  const row = [...(find(document)?.querySelectorAll('tr') ?? [])].find((each) => each.innerText.includes(address));
  const links = [...(row?.querySelectorAll<HTMLElement>('[is="action-link"]') ?? [])];
  const link = links.find((each) => each.innerText.includes('Urgent Discard'));
  link?.click();
  return link !== undefined;
}

/** Discards the tab of that address. `page` shows `chrome://discards`. Rejects when the address is not listed. */
export async function discardFrom(page: PlainTab, address: string): Promise<void> {
  for (const endsAt = Date.now() + 20_000; Date.now() < endsAt; ) {
    const pressed = await page.run<boolean>(`(${press.toString()})(${JSON.stringify(address)})`).catch(() => false);
    if (pressed) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`The browser does not list ${address} among its tabs.`);
}
