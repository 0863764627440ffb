/** A thread that plays seeds, one after the other, as it is told. */
import { parentPort, workerData } from 'node:worker_threads';

const { simulate } = await import(workerData.file);
parentPort.on('message', async (request) => {
  try {
    parentPort.postMessage({ answer: await simulate(request) });
  } catch (error) {
    parentPort.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error), seed: request.seed });
  }
});
parentPort.postMessage({ ready: true });
