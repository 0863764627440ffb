/**
 * Blobs whose bytes are at hand: Node reads its own through tasks outside the event loop's order, and the same seed would not give the same
 * history.
 *
 * Owns: as much of the interface as the daemon uses. Takes the global's place when it is loaded.
 */

/** A blob of the simulation. */
export class SimBlob {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;

  constructor(parts: readonly (SimBlob | Uint8Array | string)[] = [], { type = '' }: { readonly type?: string } = {}) {
    const arrays = parts.map((part) => (part instanceof SimBlob ? part.bytes : typeof part === 'string' ? new TextEncoder().encode(part) : part));
    this.bytes = new Uint8Array(arrays.reduce((sum, array) => sum + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      this.bytes.set(array, at);
      at += array.length;
    }
    this.type = type;
  }

  get size(): number {
    return this.bytes.length;
  }

  slice(start = 0, end = this.size, type = ''): SimBlob {
    return new SimBlob([this.bytes.subarray(start, end)], { type });
  }

  stream(): { getReader(): { read(): Promise<{ done: boolean; value: Uint8Array<ArrayBuffer> | undefined }>; cancel(): Promise<void> } } {
    let left: Uint8Array<ArrayBuffer> | undefined = this.bytes;
    return {
      getReader: () => ({
        read: async () => {
          const value = left?.length ? left : undefined;
          left = undefined;
          return { done: value === undefined, value };
        },
        cancel: async () => void (left = undefined),
      }),
    };
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.bytes.slice().buffer;
  }
}

globalThis.Blob = SimBlob as unknown as typeof Blob;

/** The bytes of a blob that code under test made. */
export const bytesOf = (blob: Blob): Uint8Array<ArrayBuffer> => (blob as unknown as SimBlob).bytes;
