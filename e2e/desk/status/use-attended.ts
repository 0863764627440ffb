/** Is somebody looking at this tab? Visible and focused: of many tabs side by side, only one is being read. */
import { useSyncExternalStore } from 'react';

const isAttended = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
  };
}

/** See the file. */
export const useAttended = (): boolean => useSyncExternalStore(subscribe, isAttended);
