/**
 * Seeds played on several threads.
 *
 * Owns: the threads and who plays what. Answers come in the order in which they are ready.
 */
import { Worker } from 'node:worker_threads';

/**
 * Plays seeds until there are no more, or `onAnswer` says so by answering true.
 *
 * @param {{ file: string, requests: Iterable<object>, threads: number, onAnswer(answer: any): boolean | void | Promise<boolean> }} setup
 */
export async function playSeeds({ file, requests, threads, onAnswer }) {
  const queue = requests[Symbol.iterator]();
  let over = false;
  const runThread = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./seed-thread.mjs', import.meta.url), { workerData: { file } });
      const next = () => {
        const { value, done } = over ? { value: null, done: true } : queue.next();
        if (!done) return worker.postMessage(value);
        worker.terminate().then(resolve, reject);
      };
      worker.on('error', reject);
      worker.on('message', async (message) => {
        if (message.error) return reject(new Error(`seed ${message.seed}: ${message.error}`));
        if (message.answer && (await onAnswer(message.answer))) over = true;
        next();
      });
    });
  await Promise.all(Array.from({ length: threads }, runThread));
}
