/** The files of the benchmarks: every byte follows from the file's number. */

/** Bytes of each. */
export const FILE_BYTES = 100_000;

/** Where the server of the bench page has them; the number follows. */
export const FILES_PATH = '/bench-files/';

/** A file's bytes. */
export function fileBytes(number: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FILE_BYTES).fill(number % 251);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** Chats that the files belong to. */
export const FILE_CHATS = 100;

/** The chat of a file. */
export const fileChat = (number: number): number => number % FILE_CHATS;

/** A file's name within its chat. */
export const fileName = (number: number): string => `${number}.pdf`;

/** Runs the tasks, three at a time, as the daemon does. */
export async function threeAtATime(count: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all([lane(), lane(), lane()]);
}
