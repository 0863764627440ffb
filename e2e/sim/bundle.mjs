/**
 * The simulator and the code that it tests, as one script that Node runs.
 *
 * Owns: where that script goes, and that planted bugs are in no other place than there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { SMALL_PARTS } from './small-parts.mjs';

const root = resolve(import.meta.dirname, '../..');

/**
 * @typedef {object} Edit
 * @property {string} file Path from the top of the repository, with `/`.
 * @property {string} text Text that stands there exactly once.
 * @property {string} replacement
 */

/**
 * Bundles. Rejects when an edit does not apply: its text is not there, or more than once.
 *
 * @param {readonly Edit[]} bug
 * @param {string} entry A script of this folder.
 * @returns {Promise<{ file: string, remove(): void }>}
 */
export async function bundleSimulator(bug = [], entry = 'simulate.ts') {
  const edits = [...SMALL_PARTS, ...bug];
  const left = new Set(edits);
  const plant = {
    name: 'plant',
    /** @type {(code: string, id: string) => string | null} */
    transform(code, id) {
      const file = relative(root, id).split(sep).join('/');
      let changed = code;
      for (const edit of edits) {
        if (edit.file !== file) continue;
        if (changed.split(edit.text).length !== 2) throw new Error(`does not apply to ${file}: ${edit.text}`);
        changed = changed.replace(edit.text, () => edit.replacement);
        left.delete(edit);
      }
      return changed === code ? null : changed;
    },
  };
  const folder = mkdtempSync(join(tmpdir(), 'tabcached-sim-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const bundle = await rolldown({ input: join(import.meta.dirname, entry), platform: 'node', plugins: [plant], logLevel: 'warn' });
    // In one script: a part that is read from a disk comes after real time, and the same seed would not give the same history.
    const { output } = await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false, sourcemap: false });
    await bundle.close();
    const [unused] = left;
    if (unused) throw new Error(`is not part of the simulator: ${unused.file}`);
    return { file: join(folder, output[0].fileName), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
