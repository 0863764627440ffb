import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import * as protocol from './index.ts';
import { schemaShape } from './testing/schema-shape.ts';

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
const callInputs = { ...protocol.callInputs, ...protocol.inspectInputs, ...protocol.mediaCallInputs, ...protocol.outboxInputs, ...protocol.signOutInputs, ...protocol.tabInputs };
const stored = ['CachedMessage', 'ChatSyncState', 'CachedTicket', 'TicketMeta', 'CachedMediaMeta', 'CachedMediaBlob', 'OfflineOperation', 'CacheStats'] as const;
const contract = ['ServerMessage', 'ServerTicket', 'TicketsPage', 'ChangesPage', 'ReadState', 'PushFrame'] as const;

/**
 * A changed hash means: tabs, databases or servers of before may not understand those of after. Ask whether they do. If they do not,
 * PROTOCOL_MAJOR or SCHEMA_VERSION has to go up; then, and only then, write the new hash here.
 */
describe('schemas are the ones of this version', () => {
  test('calls, protocol major 1', () => {
    expect(protocol.PROTOCOL_MAJOR).toBe(1);
    expect(hashOf(Object.entries(callInputs).map(([name, schema]) => [name, schemaShape(schema)]))).toMatchInlineSnapshot(`"17125a061b3b1a6f"`);
  });

  test('stored records, schema version 3', () => {
    expect(protocol.SCHEMA_VERSION).toBe(3);
    expect(hashOf(stored.map((name) => [name, schemaShape(protocol[name])]))).toMatchInlineSnapshot(`"72472f399c48c235"`);
  });

  test('backend contract', () => {
    expect(hashOf(contract.map((name) => [name, schemaShape(protocol[name])]))).toMatchInlineSnapshot(`"8b865253c8e3e019"`);
  });

  test('the hash sees a member, a limit and an alternative', () => {
    const base = v.object({ a: v.pipe(v.string(), v.maxLength(3)), b: v.picklist(['x']) });
    const variants = [
      v.object({ a: v.pipe(v.string(), v.maxLength(4)), b: v.picklist(['x']) }),
      v.object({ a: v.pipe(v.string(), v.maxLength(3)), b: v.picklist(['x', 'y']) }),
      v.object({ a: v.pipe(v.string(), v.maxLength(3)), b: v.picklist(['x']), c: v.string() }),
    ];
    for (const variant of variants) expect(hashOf(schemaShape(variant))).not.toBe(hashOf(schemaShape(base)));
  });
});
