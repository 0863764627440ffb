import { expect, test } from 'vitest';
import { chatWriteStores, writeChat } from '../store/chat-writes.ts';
import { emptyChat } from '../store/empty-records.ts';
import { someBytes } from '../testing/media-file-server.ts';
import { CHAT, createMediaRig, expectMediaCounted, MESSAGE, type MediaRig } from '../testing/media-rig.ts';

/** The server deleted the chat's one message: the row goes, and the media part is told. */
async function deleteMessage(rig: MediaRig): Promise<void> {
  await rig.store.write(chatWriteStores, 'relaxed', (tx) =>
    writeChat(tx, { requestId: CHAT, upserts: [], deletions: [{ sequenceNumber: 1, revision: 9 }], meta: { ...emptyChat(CHAT, 1), _floor: 1, lastSyncedSequence: 1 }, now: 2 }),
  );
  rig.media.rowsRemoved(CHAT, [MESSAGE]);
  await rig.time.advance(1_000);
  await rig.settle();
}

const stored = (rig: MediaRig) =>
  rig.store.read(['media_meta', 'media_blobs'], async (tx) => ({ metas: (await tx.getAll('media_meta')).length, blobs: (await tx.getAll('media_blobs')).length }));

test('#72 D-5 deleted while its file is loading: the download ends, the part is gone, and what comes late changes nothing', async () => {
  const rig = await createMediaRig({ byHand: true });
  rig.serve('a.png', someBytes(3_000_000));
  const tab = rig.openTab();
  await tab.watch('a.png');
  await rig.settle();
  const request = rig.requests.at(-1);
  await request?.send(2_000_000);
  await rig.time.advance(1_000);
  expect((await stored(rig)).metas).toBe(1);

  await deleteMessage(rig);
  expect(request?.cancelled).toBe(true);
  expect(await stored(rig)).toEqual({ metas: 0, blobs: 0 });

  await request?.finish();
  await rig.time.advance(60_000);
  await rig.settle();
  expect(await stored(rig)).toEqual({ metas: 0, blobs: 0 });
  expect(rig.requests).toHaveLength(1);
  expect(await expectMediaCounted(rig.store)).toEqual(expect.objectContaining({ mediaSize: 0, mediaCount: 0 }));
});

test('D-5 deleted after its file was loaded: body and metadata are gone, counters say so', async () => {
  const rig = await createMediaRig();
  rig.serve('a.png', someBytes(300_000));
  const tab = rig.openTab();
  await tab.watch('a.png');
  await rig.settle();
  await rig.time.advance(1_000);
  expect(await expectMediaCounted(rig.store)).toEqual(expect.objectContaining({ mediaSize: 300_000, mediaCount: 1 }));
  await tab.unwatch('a.png');
  await deleteMessage(rig);
  expect(await stored(rig)).toEqual({ metas: 0, blobs: 0 });
  expect(await expectMediaCounted(rig.store)).toEqual(expect.objectContaining({ mediaSize: 0, mediaCount: 0 }));
});
