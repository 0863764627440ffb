/** Files that a person pinned: they are never evicted until they are let go of, here or where they are shown. */
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Client, PinnedMedia } from 'tabcached';
import { ActionButton } from '../inspector/action-button.tsx';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { bytesText } from './bytes-text.ts';

/** See the file. `round` grows when what is stored has changed; `subjectOf` names a chat. */
export function PinnedList({ client, round, subjectOf }: { readonly client: Client; readonly round: number; subjectOf(requestId: string): string }): ReactNode {
  const { username } = useOpenDesk();
  const [files, setFiles] = useState<readonly PinnedMedia[] | null>(null);
  const read = useCallback(() => client.cache.pinned().then(setFiles), [client]);
  useEffect(() => {
    // What cannot be told now is told with the next change.
    read().catch(() => undefined);
  }, [read, round]);
  const unpin = async ({ requestId, filename, messageId }: PinnedMedia): Promise<string> => {
    await client.media(requestId, filename, { messageId }).pin(false);
    await read();
    return 'let go';
  };
  return (
    <section className="panel panel--wide" aria-labelledby="pinned-title">
      <h2 id="pinned-title">
        Pinned files <span className="panel__count">{files?.length ?? ''}</span>
      </h2>
      <p className="panel__hint">{files?.length === 0 ? 'No file is pinned. Pin one where it is shown, and it is kept whatever else has to go.' : 'They are kept whatever else has to go.'}</p>
      {files !== null && files.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>File</th>
              <th>Chat</th>
              <th className="table__number">Size</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={`${file.requestId} ${file.filename}`}>
                <td className="table__name" title={file.originalFilename ?? file.filename}>
                  {file.originalFilename ?? file.filename} {!file.held && <span className="table__note">still to be fetched</span>}
                </td>
                <td className="table__name" title={subjectOf(file.requestId)}>
                  <a {...linkTo({ as: username, ticket: file.requestId })}>{subjectOf(file.requestId)}</a>
                </td>
                <td className="table__number">{bytesText(file.fileSize)}</td>
                <td className="table__action">
                  <ActionButton name="Unpin" run={() => unpin(file)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
