/**
 * What the network of a world tells to whom: checks, the record of what was sent, files, the history.
 *
 * Owns: passing it on, and that so many requests at one instant are a loop. Requests of a daemon that was left behind are the host's affair alone.
 */
import type { MediaBody, OutgoingMessage } from '../../protocol/index.ts';
import { mayChange } from './choose.ts';
import type { SendingCheck } from './check-sending.ts';
import type { MediaRequest } from './media-server.ts';
import type { NetworkEvents } from './network.ts';
import { overtake } from './overtake.ts';
import { isFinal } from './refusals.ts';
import { SIM_USER, type World } from './world.ts';

/** More requests than this at one instant never end. */
const REQUESTS_AT_ONCE = 300;

/** See the head of the file. `requests` counts. */
export function watchNetwork(worldOf: () => World, sending: SendingCheck, say: (text: string) => void, onBoundary: () => void): { readonly events: NetworkEvents; requests(): number } {
  let requests = 0;
  let burstAt = 0;
  let burst = 0;
  const events: NetworkEvents = {
    onBoundary,
    onTokenRefused: sending.onTokenRefused,
    refusals: sending.refusals,
    onRequest: (request, token, refusals) => {
      const world = worldOf();
      const { time, host, sent, media } = world;
      requests += 1;
      if (burstAt !== time.clock.now()) [burstAt, burst] = [time.clock.now(), 0];
      if (++burst > REQUESTS_AT_ONCE) {
        world.verdict.broken('loop', `more than ${REQUESTS_AT_ONCE} requests at one instant, the last: ${request.kind} ${JSON.stringify(request.detail)}`);
        world.kill(1e9);
      }
      say(`> ${request.kind} ${JSON.stringify(request.detail)}`);
      world.users?.onRequest(SIM_USER, request, token);
      if (request.kind === 'media') media.downloads.onRequest(request);
      host?.onRequest(request.life, request.kind, (request.detail as { readonly clientTempId?: string } | null)?.clientTempId ?? '');
      // Of a daemon that hung and was left behind S-1 alone is promised (SPEC.md, S-5); how long it may go on is T-2's.
      if (host && request.life < host.workers.present()) return;
      sent.onRequest(request);
      sending.onRequest(request, token, refusals);
    },
    onMedia: (request, options, isAlive) => {
      const { server, downloads } = worldOf().media;
      return server.answer(request.detail as MediaRequest, options, isAlive, () => downloads.onEnd(request));
    },
    onArrival: (request) => worldOf().sent.onArrival(request),
    // Until the client has noticed a restore, the server may not reach revisions that it claims: nobody could tell the difference.
    isClosed: (request) => {
      const world = worldOf();
      const chat = request.kind === 'send' ? world.server.chats.get((request.detail as OutgoingMessage).requestId) : undefined;
      return chat !== undefined && !mayChange(world, chat);
    },
    onOvertaken: (request, answer, salt) => overtake(worldOf(), request, answer, salt),
    onAnswer: (request, error, value) => {
      const world = worldOf();
      const { host } = world;
      if (request.kind === 'media') world.media.downloads.onAnswer(request, error ?? (value as MediaBody));
      sending.onDone(request);
      if (host ? !host.workers.isPresent(request.life) : request.life !== world.life()) return;
      say(`< ${request.kind} ${error?.code ?? 'ok'}`);
      if (request.kind === 'tickets' && !error) world.listed = true;
      if (request.kind === 'read' && error && isFinal(error.code)) world.markMayFall.add((request.detail as { requestId: string }).requestId);
      world.sent.onAnswer(request, error);
    },
  };
  return { events, requests: () => requests };
}
