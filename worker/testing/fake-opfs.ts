/** The origin-private file system in memory, as far as tabcached uses it. What it leaves out does not exist: using it throws. */

/** What a test may do to the file system. */
export interface FakeOpfs {
  readonly root: FileSystemDirectoryHandle;
  /** Bytes that may be held; writing more rejects with `QuotaExceededError`. Default: no limit. */
  quotaBytes: number;
  /** Calls of `createWritable` so far. */
  writes(): number;
}

type Node = { kind: 'file'; data: Blob } | { kind: 'directory'; entries: Map<string, Node> };
type Folder = Extract<Node, { kind: 'directory' }>;
type FileNode = Extract<Node, { kind: 'file' }>;

const fail = (name: string): never => {
  throw new DOMException(`fake: ${name}`, name);
};

/** An empty file system. With `movable`, file handles have `move`, as Chromium's do. */
export function createFakeOpfs({ movable = true } = {}): FakeOpfs {
  const top: Folder = { kind: 'directory', entries: new Map() };
  let writes = 0;
  const used = (node: Node): number => (node.kind === 'file' ? node.data.size : [...node.entries.values()].reduce((sum, entry) => sum + used(entry), 0));

  const writable = (file: FileNode, keep: boolean) => {
    writes += 1;
    let next = keep ? file.data : new Blob([]);
    let open = true;
    return {
      write: async ({ position, data }: { readonly position: number; readonly data: Blob | Uint8Array<ArrayBuffer> }) => {
        const added = new Blob([data]);
        next = new Blob([next.slice(0, position), added, next.slice(position + added.size)]);
        if (used(top) - file.data.size + next.size > opfs.quotaBytes) fail('QuotaExceededError');
      },
      close: async () => {
        if (!open) fail('InvalidStateError');
        open = false;
        file.data = next;
      },
      abort: async () => void (open = false),
    };
  };

  const fileHandle = (parent: Folder, name: string) => {
    let [folder, called] = [parent, name];
    const node = (): FileNode => {
      const found = folder.entries.get(called);
      return found?.kind === 'file' ? found : fail('NotFoundError');
    };
    return {
      kind: 'file' as const,
      name,
      getFile: async () => new File([node().data], called),
      createWritable: async ({ keepExistingData = false } = {}) => writable(node(), keepExistingData),
      ...(movable && {
        move: async (target: { readonly node: Folder }, to: string) => {
          const moved = node();
          folder.entries.delete(called);
          target.node.entries.set(to, moved);
          [folder, called] = [target.node, to];
        },
      }),
    };
  };

  const child = (folder: Folder, name: string, kind: Node['kind'], create: boolean): Node => {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new TypeError(`Name is not allowed: ${name}`);
    const found = folder.entries.get(name);
    if (found) return found.kind === kind ? found : fail('TypeMismatchError');
    if (!create) fail('NotFoundError');
    const made: Node = kind === 'file' ? { kind, data: new Blob([]) } : { kind, entries: new Map() };
    folder.entries.set(name, made);
    return made;
  };

  const folderHandle = (node: Folder, name: string): unknown => ({
    kind: 'directory' as const,
    name,
    node,
    getDirectoryHandle: async (called: string, { create = false } = {}) => folderHandle(child(node, called, 'directory', create) as Folder, called),
    getFileHandle: async (called: string, { create = false } = {}) => {
      child(node, called, 'file', create);
      return fileHandle(node, called);
    },
    removeEntry: async (called: string, { recursive = false } = {}) => {
      const found = node.entries.get(called) ?? fail('NotFoundError');
      if (found.kind === 'directory' && found.entries.size > 0 && !recursive) fail('InvalidModificationError');
      node.entries.delete(called);
    },
    entries: async function* () {
      for (const [called, entry] of [...node.entries]) yield [called, entry.kind === 'file' ? fileHandle(node, called) : folderHandle(entry, called)];
    },
  });

  const opfs: FakeOpfs = { root: folderHandle(top, '') as FileSystemDirectoryHandle, quotaBytes: Number.POSITIVE_INFINITY, writes: () => writes };
  return opfs;
}
