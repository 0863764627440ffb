/** What people do in a chaos run: in their tabs, and beside them on another device. */
import { act, pressSend, type Order } from './in-page.ts';
import { pick, pickTab, type ChaosAction, type WeightedActions } from './action.ts';
import type { ChaosTab } from './chaos-world.ts';
import type { Written } from './written.ts';

const inTab = ({ page }: ChaosTab, order: Order): Promise<string> => page.evaluate(act, order);

const send: ChaosAction = (world, random) => {
  const tab = pickTab(world, random);
  if (!tab) return null;
  const { written, tickets } = world.round;
  const message = written.press({ id: crypto.randomUUID(), userId: tab.user.userId, requestId: pick(random, tickets).id, text: world.newText() });
  const [content = ''] = message.texts;
  const answered = tab.page.evaluate(pressSend, { requestId: message.requestId, id: message.id, content }).then((answer) => {
    if (answer === 'accepted') written.accept(message);
    else if (answer !== 'memory') message.state = 'refused';
    world.journal.note(`"${content}": ${answer}`);
  });
  world.begin(answered);
  return `${tab.name} sends "${content}"`;
};

/** A message of which its tab was told that it is stored, and which nobody has decided about. */
const waiting = (all: readonly Written[]): readonly Written[] => all.slice(-12).filter(({ state, discarded, texts }) => state === 'accepted' && !discarded && texts.length === 1);

const edit: ChaosAction = (world, random) => {
  const candidates = waiting(world.round.written.all());
  if (candidates.length === 0) return null;
  const message = pick(random, candidates);
  const tab = pickTab(world, random, message.userId);
  if (!tab) return null;
  const content = world.newText();
  const before = message.texts;
  message.texts = [...before, content];
  const answered = inTab(tab, { requestId: message.requestId, what: 'edit', id: message.id, content }).then((answer) => {
    if (answer === 'ok') message.texts = [content];
    if (answer === 'NOT_FOUND' || answer === 'IN_FLIGHT') message.texts = before;
    world.journal.note(`edit of "${before[0]}" to "${content}": ${answer}`);
  });
  world.begin(answered);
  return `${tab.name} edits "${before[0]}" to "${content}"`;
};

const discard: ChaosAction = (world, random) => {
  const candidates = waiting(world.round.written.all());
  if (candidates.length === 0) return null;
  const message = pick(random, candidates);
  const tab = pickTab(world, random, message.userId);
  if (!tab) return null;
  message.discarded = true;
  const answered = inTab(tab, { requestId: message.requestId, what: 'discard', id: message.id }).then((answer) => {
    if (answer === 'NOT_FOUND' || answer === 'IN_FLIGHT') message.discarded = false;
    world.journal.note(`discard of "${message.texts[0]}": ${answer}`);
  });
  world.begin(answered);
  return `${tab.name} discards "${message.texts[0]}"`;
};

const readOrScroll: ChaosAction = (world, random) => {
  const tab = pickTab(world, random);
  if (!tab) return null;
  const what = random.chance(0.7) ? 'read' : 'older';
  world.begin(inTab(tab, { requestId: pick(random, world.round.tickets).id, what }));
  return `${tab.name}: ${what}`;
};

const say: ChaosAction = (world, random) => {
  const person = pick(random, world.users);
  const { id } = pick(random, world.round.tickets);
  const count = random.chance(0.1) ? 10 : 1;
  const texts = Array.from({ length: count }, world.newText);
  world.begin(texts.reduce<Promise<unknown>>((before, text) => before.then(() => person.say(id, text)), Promise.resolve()));
  return `${person.username} says ${count} elsewhere`;
};

/** Changes a message on the server: one of the last, by its author, on another device. */
const changeOnServer: ChaosAction = (world, random) => {
  const person = pick(random, world.users);
  const { id } = pick(random, world.round.tickets);
  const deletes = random.chance(0.5);
  const content = world.newText();
  const place = 1 + random.int(8);
  const change = async (): Promise<void> => {
    const own = (await person.messages(id)).filter(({ senderId }) => senderId === person.userId).at(-place);
    if (!own) return;
    const message = world.round.written.byId(own.clientTempId ?? '');
    // Known before it happens, so that nobody misses it meanwhile.
    if (message && deletes) message.deleted = true;
    if (message && !deletes) message.texts = [...message.texts, content];
    await (deletes ? person.deleteMessage(own.id) : person.editMessage(own.id, content));
    world.journal.note(`${person.username} ${deletes ? 'deleted' : `changed to "${content}"`} ${own.sequenceNumber} "${own.content}"`);
  };
  world.begin(change());
  return null;
};

/** See the head of the file. */
export const peopleActions: WeightedActions = [
  [24, send],
  [5, edit],
  [3, discard],
  [8, readOrScroll],
  [10, say],
  [6, changeOnServer],
];
