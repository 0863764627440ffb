/** What the fallback takes from a real page: the election of the `broadcast-channel` package, which rests on Web Locks, and channels. */
import { BroadcastChannel as ElectionChannel, createLeaderElection } from 'broadcast-channel';
import type { Candidacy, FallbackPlatform } from './fallback-platform.ts';

function standForElection(name: string): Candidacy {
  const channel = new ElectionChannel(name, { type: 'native', webWorkerSupport: true });
  const elector = createLeaderElection(channel);
  return {
    elected: elector.awaitLeadership(),
    // The package ends it in `beforeunload`, also when the person then stays on the page.
    isOver: () => elector.isDead,
    resign: () => {
      // Closing the channel ends it too, but only later, and a page that goes away has no later.
      void elector.die();
      void channel.close();
    },
  };
}

/** The platform of a real page. */
export const realPlatform: FallbackPlatform = {
  standForElection,
  openChannel: (name) => new BroadcastChannel(name),
  onFreeze: (listener) => {
    document.addEventListener('freeze', listener);
    return () => document.removeEventListener('freeze', listener);
  },
};
