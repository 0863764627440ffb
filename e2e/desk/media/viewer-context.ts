/** How a picture in the conversation opens the viewer. */
import { createContext, useContext } from 'react';

/** Provided by the conversation; takes the id of the picture's message. */
export const ViewerContext = createContext<(messageId: string) => void>(() => undefined);

/** Opens the viewer at a message's picture. */
export const useOpenViewer = (): ((messageId: string) => void) => useContext(ViewerContext);
