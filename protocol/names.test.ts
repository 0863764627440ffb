import { describe, expect, test } from 'vitest';
import { electionChannel, isLineChannel, lineChannel, lobbyChannel } from './lobby.ts';
import { daemonLease, handoverLock, parseDaemonLease, isElectionLock, parseWorkerName, tabLease, updatesChannel, workerName, writerLease } from './names.ts';

const odd = { buildId: 'a:b', userId: 'ü/ser:1', generation: 3 };

describe('names', () => {
  test('read back what they were made of, whatever a user is called', () => {
    expect(parseWorkerName(workerName(odd))).toEqual(odd);
    expect(parseDaemonLease(daemonLease(odd, 'epoch'))).toEqual({ ...odd, epoch: 'epoch', url: null });
    expect(parseDaemonLease(daemonLease(odd, 'epoch', 'https://a.example/w.js?v=1:2'))).toMatchObject({ ...odd, url: 'https://a.example/w.js?v=1:2' });
  });
  test('of others are not ours', () => {
    for (const name of ['', 'tabcached', 'tabcached:2:worker:b:u:0', 'tabcached:1:worker:b:u:x', 'tabcached:1:worker:%:u:0', 'tabcached:1:tab:u:id']) expect(parseWorkerName(name)).toBeNull();
    expect(parseDaemonLease(workerName(odd))).toBeNull();
  });
  test('#99 an election’s lock tells whose leader holds it; a line is known by its name', () => {
    expect(isElectionLock(`pubkey-bc||native||${electionChannel(odd)}`, odd.userId)).toBe(true);
    expect(isElectionLock(`pubkey-bc||native||${electionChannel({ ...odd, userId: 'other' })}`, odd.userId)).toBe(false);
    for (const lock of [electionChannel(odd), `pubkey-bc||native||${lobbyChannel(odd)}`, daemonLease(odd, 'e'), 'pubkey-bc||native||other']) expect(isElectionLock(lock, odd.userId)).toBe(false);
    expect(isLineChannel(lineChannel('x'))).toBe(true);
    for (const other of [lobbyChannel(odd), updatesChannel('u'), 7, null]) expect(isLineChannel(other)).toBe(false);
  });
  test('#89 of two majors never meet: all carry it', () => {
    for (const name of [workerName(odd), daemonLease(odd, 'e'), handoverLock('u', 'e'), tabLease('u', 't'), writerLease('u'), updatesChannel('u'), electionChannel(odd), lobbyChannel(odd), lineChannel('x')]) expect(name).toMatch(/^tabcached:1:/);
  });
  test('T-5 of two users differ', () => {
    expect(writerLease('a:b')).not.toBe(writerLease('a'));
    expect(updatesChannel('a')).not.toBe(updatesChannel('b'));
  });
});
