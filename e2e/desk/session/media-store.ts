/** Where this browser's desk keeps files. Owns: the choice, which is made in the browser's console: `localStorage.setItem('desk-media-store', 'files')`. */

/** The option of `connect`, when one was chosen. */
export const chosenMediaStore = (): { readonly mediaStore?: 'files' } => (localStorage.getItem('desk-media-store') === 'files' ? { mediaStore: 'files' } : {});
