/**
 * The shape of a schema as plain data, so that two versions of it can be compared.
 *
 * Owns: what counts as shape: kinds, members, alternatives, limits. Functions inside a schema (checks, transforms) count by their kind only.
 */
import type * as v from 'valibot';

type Anything = Readonly<Record<string, unknown>>;

const PARTS = ['wrapped', 'item', 'key', 'value', 'literal', 'options', 'entries', 'requirement', 'default'] as const;

function shapeOfValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOfValue);
  if (typeof value === 'function') return 'function';
  if (value instanceof RegExp) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value) return schemaShape(value as v.GenericSchema);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOfValue(part)]));
}

/** The shape of a schema. */
export function schemaShape(schema: v.GenericSchema | v.GenericPipeItem): Anything {
  const source = schema as unknown as Anything;
  const shape: Record<string, unknown> = { type: source['type'] };
  for (const part of PARTS) if (source[part] !== undefined) shape[part] = shapeOfValue(source[part]);
  const pipe = source['pipe'];
  if (Array.isArray(pipe)) shape['pipe'] = pipe.slice(1).map((item) => schemaShape(item as v.GenericSchema));
  return shape;
}
