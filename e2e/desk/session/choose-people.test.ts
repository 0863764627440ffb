import { describe, expect, test } from 'vitest';
import type { Person } from '../api/api.ts';
import { choosePeople } from './choose-people.ts';

const person = (username: string, fullName: string | null): Person => ({ id: username, username, fullName, isTechnician: false });
const people = [person('ada', 'Ada Lovelace'), person('bob', null), person('cyd', 'Cyd Bobbins')];

describe('people to choose from', () => {
  test('all of them without a word, the matching ones with one', () => {
    expect(choosePeople(people, '', 9)).toEqual({ shown: people, more: 0 });
    expect(choosePeople(people, ' BOB ', 9).shown.map((each) => each.username)).toEqual(['bob', 'cyd']);
  });

  test('no more than asked for, and how many are left out', () => {
    expect(choosePeople(people, '', 2)).toEqual({ shown: people.slice(0, 2), more: 1 });
  });
});
