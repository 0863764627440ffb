import * as v from 'valibot';
import { expect, test } from 'vitest';
import { complaint } from './complaint.ts';

const schema = v.object({ requestId: v.pipe(v.string(), v.uuid()), rows: v.array(v.object({ content: v.pipe(v.string(), v.maxLength(5)) })) });
const said = (value: unknown): string => {
  const { issues } = v.safeParse(schema, value);
  return issues ? complaint(issues) : 'nothing';
};

test('what is wrong is named by its place, never by its value', () => {
  const requestId = '11111111-1111-4111-8111-111111111111';
  expect(said({ requestId: 'secret', rows: [] })).toBe('requestId is no uuid');
  expect(said({ requestId })).toBe('rows is missing');
  expect(said({ requestId, rows: [{ content: 'a secret' }] })).toBe('rows.0.content is no <=5');
  expect(said({ requestId, rows: [{ content: 7 }] })).toBe('rows.0.content is no string');
  expect(said('secret')).toBe('it is no Object');
});
