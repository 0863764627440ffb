/**
 * What can happen in a simulation, as data: a kind and three numbers that the world reads by its own state.
 *
 * Owns: the kinds and how often each happens. An action means something in every state (or nothing), so that a history stays a history
 * when some of it is left out.
 */
import type { Random } from './random.ts';

/** Kinds with their usual weight. */
export const WEIGHTS = {
  // The server and others who write.
  append: 14,
  burst: 0.4,
  change: 6,
  remove: 4,
  skip: 2,
  hide: 2,
  bad: 1,
  reset: 0.7,
  forget: 1,
  access: 1,
  role: 0.7,
  readElsewhere: 2,
  // The network.
  fault: 10,
  overtake: 4,
  dropLink: 1,
  frames: 6,
  cut: 3,
  restore: 5,
  tellLost: 0.7,
  expireToken: 0.7,
  // Tabs and the people at them.
  openTab: 4,
  closeTab: 1.5,
  crashTab: 1.5,
  freeze: 1,
  thaw: 2,
  openChat: 10,
  closeChat: 2,
  older: 6,
  newer: 2,
  fillGap: 3,
  syncChat: 1,
  send: 10,
  sendAgain: 1.5,
  retry: 3,
  edit: 2,
  discard: 2,
  markRead: 5,
  draft: 1,
  report: 1,
  // Refusals, tokens and buttons (`perform-sending.ts`).
  refuse: 8,
  revokeToken: 2,
  answerToken: 3,
  leaveAsked: 3,
  pressTogether: 5,
  comeBack: 5,
  // Files (`perform-media.ts`).
  attach: 5,
  watchFile: 16,
  watchTogether: 3,
  scrollFiles: 6,
  unwatchFile: 5,
  pinFile: 3,
  cancelFile: 1.5,
  retryFile: 3,
  changeFile: 1.5,
  loseFile: 0.7,
  removeFile: 2,
  sendPicture: 1.5,
  disturbFiles: 9,
  refuseFiles: 5,
  fillDisk: 1,
  emptyDisk: 2,
  hourPasses: 3,
  killFetching: 3,
  // The daemon and its storage.
  kill: 2,
  killSoon: 3,
  drain: 0.7,
  failWrites: 1,
  failReads: 0.7,
  // Time.
  wait: 12,
  waitLong: 4,
  jump: 0.4,
  // Builds, threads and databases (`perform-host.ts`).
  deploy: 3,
  reload: 3,
  hang: 3,
  wake: 4,
  cachePage: 2,
  troubleOpen: 3,
  cutStorage: 2,
  eraseStorage: 0.7,
  fullDisk: 1.5,
  hangStorage: 1,
  signOut: 1,
  // A second person in the same browser profile (`perform-neighbour.ts`).
  neighbourOpens: 5,
  neighbourSends: 6,
  neighbourHears: 6,
  neighbourLeaves: 3,
  neighbourSignsOut: 2,
  neighbourDies: 2,
  strangeToken: 3,
  switchUser: 3,
} as const;

/** Kind of an action. */
export type ActionKind = keyof typeof WEIGHTS;

/** One thing that happens. */
export interface Action {
  readonly kind: ActionKind;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const KINDS = Object.keys(WEIGHTS) as ActionKind[];
const ALWAYS = new Set<ActionKind>(['append', 'attach', 'watchFile', 'openTab', 'openChat', 'wait', 'restore', 'thaw', 'waitLong']);

/** Kinds of areas that only a share of the simulations is about; they are drawn last, so that the others stay as they are. */
const SENDING = new Set<ActionKind>(['refuse', 'revokeToken', 'answerToken', 'leaveAsked', 'pressTogether', 'comeBack']);
const MEDIA = new Set<ActionKind>([
  'attach', 'watchFile', 'watchTogether', 'scrollFiles', 'unwatchFile', 'pinFile', 'cancelFile', 'retryFile', 'changeFile', 'loseFile', 'removeFile', 'sendPicture',
  'disturbFiles', 'refuseFiles', 'fillDisk', 'emptyDisk', 'hourPasses', 'killFetching',
]);

const HOST = new Set<ActionKind>(['deploy', 'reload', 'hang', 'wake', 'cachePage', 'troubleOpen', 'cutStorage', 'eraseStorage', 'fullDisk', 'hangStorage', 'signOut']);

const NEIGHBOUR = new Set<ActionKind>(['neighbourOpens', 'neighbourSends', 'neighbourHears', 'neighbourLeaves', 'neighbourSignsOut', 'neighbourDies', 'strangeToken', 'switchUser']);

/** What a simulation is about, beside the usual. */
export interface Areas {
  readonly sending: boolean;
  /** Null: not about files. */
  readonly media: object | null;
  readonly host: boolean;
  readonly neighbour?: true;
}

/** How often each kind happens in one simulation: some kinds never, some much more than usual. */
export function drawWeights(random: Random, areas: Areas): ReadonlyMap<ActionKind, number> {
  const some = [...(areas.sending ? SENDING : []), ...(areas.media ? MEDIA : []), ...(areas.host ? HOST : []), ...(areas.neighbour ? NEIGHBOUR : [])];
  const drawn = [...KINDS.filter((kind) => ![SENDING, MEDIA, HOST, NEIGHBOUR].some((area) => area.has(kind))), ...some].map((kind): [ActionKind, number] => {
    const luck = random.next();
    const factor = luck < 0.3 && !ALWAYS.has(kind) ? 0 : luck < 0.8 ? 1 : 4;
    return [kind, WEIGHTS[kind] * factor];
  });
  return new Map(drawn);
}

/** A history of that many actions. */
export function drawActions(random: Random, weights: ReadonlyMap<ActionKind, number>, count: number): Action[] {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const drawKind = (): ActionKind => {
    let at = random.next() * total;
    for (const [kind, weight] of weights) if ((at -= weight) < 0) return kind;
    return 'wait';
  };
  return Array.from({ length: count }, () => ({ kind: drawKind(), a: random.int(2 ** 16), b: random.int(2 ** 16), c: random.int(2 ** 16) }));
}
