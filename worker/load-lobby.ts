/** The part that lets other tabs in, loaded by the dedicated worker of a leader. Owns: that it is tried again when its script does not load. */
import type { Environment } from './env.ts';
import type { LobbySetup } from './open-lobby.ts';

/** Pause before a script that did not load is asked for again. */
const RELOAD_MS = 2_000;

/** Loads the part and opens the lobby. Until then other tabs wait. */
export async function loadLobby(env: Pick<Environment, 'timers' | 'log'>, setup: LobbySetup, load = () => import('./open-lobby.ts')): Promise<void> {
  try {
    (await load()).openLobby(setup);
  } catch (error) {
    env.log.warn('no other tab can join yet', { error: String(error) });
    env.timers.after(RELOAD_MS, () => void loadLobby(env, setup, load));
  }
}
