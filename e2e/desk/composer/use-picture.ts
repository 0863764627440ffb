/** The picture in a chat's composer: choosing, giving up, sending it. */
import { useCallback, useRef, useState, useSyncExternalStore } from 'react';
import type { ChatView } from 'tabcached';
import { uploadFile } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { choosePicture, pictureProblem, storedName } from './picture-rules.ts';
import { markUploaded, shelve, shelved, subscribeShelf, unshelve, type ShelvedPicture } from './picture-shelf.ts';
import { refusalText } from './refusal-text.ts';

/** See the file. */
export interface ComposerPicture {
  readonly picture: ShelvedPicture | null;
  readonly sending: boolean;
  /** Why it was not taken or not sent; it is still there then. */
  readonly refusal: string | null;
  /** Takes the first picture among files; false when there are none. */
  add(files: readonly File[]): boolean;
  remove(): void;
  /** Uploads it and sends it with a text, which may be empty. Resolves with whether the message is stored. */
  send(view: ChatView, content: string): Promise<boolean>;
}

/** Words for what uploading rejected with. */
function uploadText(thrown: unknown): string {
  if (thrown instanceof ApiProblem && thrown.status === 0) return 'There is no connection to the server, and a picture needs one. It stays here with your text: send it again when the connection is back.';
  if (thrown instanceof ApiProblem) return `The picture was not taken: ${thrown.message} It stays here.`;
  return refusalText(thrown);
}

/** For one chat. */
export function usePicture(requestId: string): ComposerPicture {
  const { tokens } = useOpenDesk();
  const picture = useSyncExternalStore(subscribeShelf, () => shelved(requestId));
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  /** Repeating a message whose outcome is unknown repeats its id. */
  const attempt = useRef<{ readonly key: string; readonly clientTempId: string } | null>(null);

  return {
    picture,
    sending,
    refusal,
    add: useCallback(
      (files) => {
        const file = choosePicture(files);
        if (!file) return false;
        const problem = pictureProblem(file);
        setRefusal(problem);
        if (problem === null) shelve(requestId, file, storedName(file, crypto.randomUUID().slice(0, 8)));
        return true;
      },
      [requestId],
    ),
    remove: () => {
      setRefusal(null);
      if (picture) unshelve(requestId, picture.name);
    },
    send: async (view, content) => {
      if (!picture || sending) return false;
      const { file, name, uploaded } = picture;
      setSending(true);
      setRefusal(null);
      try {
        if (!uploaded) {
          await uploadFile(tokens, requestId, name, file);
          markUploaded(requestId, name);
        }
        const key = `${name} ${content}`;
        if (attempt.current?.key !== key) attempt.current = { key, clientTempId: crypto.randomUUID() };
        await view.send({ content, clientTempId: attempt.current.clientTempId, isScreenshot: true, screenshotFileName: name });
        unshelve(requestId, name);
        return true;
      } catch (thrown) {
        setRefusal(uploadText(thrown));
        return false;
      } finally {
        setSending(false);
      }
    },
  };
}
