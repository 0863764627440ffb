/** The second person at the end: her tabs show her server, what she wrote is there once, and neither database has anything of the other person. */
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { databaseName } from '../../protocol/names.ts';
import { storeNames } from '../../worker/store/schema.ts';
import type { Store } from '../../worker/store/store.ts';
import { NEIGHBOUR, NEIGHBOUR_CHAT, type Neighbour } from './neighbour.ts';
import { SIM_USER, type World } from './world.ts';

/** A token that was not hers is asked for again within a minute, and then everything has to be sent. */
const REST_MS = 180_000;

const textOf = async (store: Store): Promise<string> => JSON.stringify(await store.read(storeNames, (tx) => Promise.all(storeNames.filter((name) => name !== 'media_blobs').map((name) => tx.getAll(name)))));

/** Checks, after time in which everything of hers comes to rest. */
export async function checkNeighbourEnd(world: World, neighbour: Neighbour): Promise<void> {
  const { verdict, time, host, users } = world;
  neighbour.heal();
  await time.advance(REST_MS);
  neighbour.heal();
  await time.advance(REST_MS);
  const truth = neighbour.server.visible(NEIGHBOUR_CHAT);
  for (const message of neighbour.messages) {
    const count = truth.filter(({ clientTempId, content }) => clientTempId === message.id || content === message.content).length;
    if (count > 1) verdict.broken('S-1', `"${message.content}" of the neighbour is there ${count} times`);
    if (count === 0 && message.state === 'accepted') verdict.broken('S-4', `"${message.content}" of the neighbour never arrived`);
  }
  const expected = truth.slice(-20).map(({ content }) => content).join();
  for (const tab of neighbour.tabs) {
    const rows = tab.chats.get(NEIGHBOUR_CHAT)?.core()?.rows.filter((row) => row.sequenceNumber < PROVISIONAL_BASE) ?? [];
    const shown = rows.slice(-20).map(({ content }) => content).join();
    if (shown !== expected) verdict.broken('end', `a tab of the neighbour shows "${shown.slice(-60)}" instead of "${expected.slice(-60)}"`);
  }
  if (!users) return;
  users.checkStored(NEIGHBOUR, await textOf(world.profile.open(databaseName(NEIGHBOUR))));
  users.checkStored(SIM_USER, await textOf(host ? host.workers.disk.look() : world.inner));
}
