/**
 * The contract of stored media, run against every implementation.
 *
 * Owns: what both twins promise alike, over a database that may refuse or be cut off in the middle; its parts are the `media-contract-*.ts`.
 */
import { describe } from 'vitest';
import type { MediaStore } from '../media/media-store.ts';
import { mediaBodiesContract } from './media-contract-bodies.ts';
import { mediaFailuresContract } from './media-contract-failures.ts';
import type { MediaFixture } from './media-contract-fixture.ts';
import { mediaPartsContract } from './media-contract-parts.ts';

export type { MediaFixture } from './media-contract-fixture.ts';

/** Declares the contract's tests; `open` gives an empty store. */
export function mediaStoreContract(kind: MediaStore['kind'], open: () => Promise<MediaFixture>): void {
  describe(`media store contract: ${kind}`, () => {
    mediaBodiesContract(kind, open);
    mediaPartsContract(open);
    mediaFailuresContract(open);
  });
}
