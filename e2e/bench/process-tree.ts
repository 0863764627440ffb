/** CPU time of a browser and all its processes, from `/proc`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Ticks a second of the kernel's accounting; 100 on every Linux that is in use. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function processTimes(pid: number): ProcessTimes[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces and parentheses; the fields begin behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}

/** Is it the browser that was started with that profile? */
function isRoot(pid: number, profile: string): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return line.includes(`--user-data-dir=${profile}`) && !line.includes('--type=');
  } catch {
    return false;
  }
}

/** CPU seconds used so far by the browser with that profile folder and its descendants; null without `/proc`. */
export function cpuSecondsOf(profile: string): number | null {
  if (!existsSync('/proc/self/stat')) return null;
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => processTimes(Number(name)));
  const wanted = new Set(all.filter(({ pid }) => isRoot(pid, profile)).map(({ pid }) => pid));
  for (let size = 0; size !== wanted.size; ) {
    size = wanted.size;
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  return all.filter(({ pid }) => wanted.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** Waits until the browser has nothing left to do: less than 5 ticks in 300 ms. At most 10 s. */
export async function settled(profile: string): Promise<void> {
  for (let round = 0; round < 33; round++) {
    const before = cpuSecondsOf(profile) ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 300));
    if ((cpuSecondsOf(profile) ?? 0) - before < 0.05) return;
  }
}
