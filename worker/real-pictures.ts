/**
 * Small pictures by the browser's own decoder.
 *
 * Owns: how `Pictures` is served. Decoding happens off the daemon's thread; a picture of many frames becomes its first one.
 */
import type { Pictures } from './media/media.ts';

/** What is read of a worker's global scope; missing where a browser lacks it. */
export interface PictureScope {
  readonly createImageBitmap?: typeof createImageBitmap;
  readonly OffscreenCanvas?: typeof OffscreenCanvas;
}

/** Quality of the thumbnail, 0 to 1. */
const QUALITY = 0.8;

/** Pictures by the scope's decoder, or null without one. */
export function createPictures({ createImageBitmap: decode, OffscreenCanvas: Canvas }: PictureScope): Pictures | null {
  if (!decode || !Canvas) return null;
  return {
    shrink: async (picture, longestSidePx) => {
      const bitmap = await decode(picture).catch(() => null);
      if (!bitmap) return null;
      try {
        const scale = Math.min(1, longestSidePx / Math.max(bitmap.width, bitmap.height));
        const canvas = new Canvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
        const context = canvas.getContext('2d');
        if (!context) return null;
        context.imageSmoothingQuality = 'high';
        context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        // Where a browser cannot write WebP it writes PNG, and says so in the type.
        return await canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
      } finally {
        bitmap.close();
      }
    },
  };
}
