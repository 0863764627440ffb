/**
 * All bugs that the simulator has to find, as edits of the sources. They are applied when it is bundled and are nowhere else.
 *
 * Owns: that the parts of the table are one list, and that no name stands in it twice.
 */
import { SYNC_BUGS } from './planted-bugs.mjs';
import { HOST_BUGS } from './planted-host.mjs';
import { MEDIA_BUGS } from './planted-media.mjs';
import { SENDING_BUGS } from './planted-sending.mjs';
import { USER_BUGS } from './planted-users.mjs';

/**
 * A bug. `text` stands in its file exactly once; an entry that no longer applies is a failure.
 *
 * @typedef {object} PlantedBug
 * @property {string} name What is wrong, in words.
 * @property {readonly import('./bundle.mjs').Edit[]} edits
 */

/** @type {readonly PlantedBug[]} */
export const PLANTED_BUGS = [...SYNC_BUGS, ...SENDING_BUGS, ...MEDIA_BUGS, ...HOST_BUGS, ...USER_BUGS];

const names = PLANTED_BUGS.map((bug) => bug.name);
const twice = names.find((name, at) => names.indexOf(name) !== at);
if (twice !== undefined) throw new Error(`planted twice: ${twice}`);
