/** Local days, as a date field gives them, as a range of times. Pure but for the browser's time zone. */

/** From the beginning of the first day to the end of the last one; null without any day, or when they are the wrong way round. */
export function dayRange(from: string, to: string): { readonly openedFromAt: number | null; readonly openedBeforeAt: number | null } | null {
  if (from === '' && to === '') return null;
  const openedFromAt = from === '' ? null : startOf(from, 0);
  const openedBeforeAt = to === '' ? null : startOf(to, 1);
  return openedFromAt !== null && openedBeforeAt !== null && openedBeforeAt <= openedFromAt ? null : { openedFromAt, openedBeforeAt };
}

function startOf(day: string, add: number): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + add).getTime();
}
