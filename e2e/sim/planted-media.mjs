/** @type {readonly { name: string, edits: readonly { file: string, text: string, replacement: string }[] }[]} */
export const PLANTED_MEDIA = [];
