// Fills a memory file system with the nodes of an image, without permission checks or events: what mkfs and an installer did before boot.
import { makedev, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFREG } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { kgid, kuid } from '../cred/ids.ts'
import type { Dentry } from '../vfs/dentry.ts'
import { makeMemoryInode, MemoryDirectory, type MemoryInode, MemorySymlink } from './tmpfs-inode.ts'

interface NodeCommon {
  /** Absolute, without `.`, `..` or a trailing slash; `/` is the root directory. Parents come first. */
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly mtime: number
}
/** One node of a root file system, as images describe it. */
export type PopulateNode =
  | (NodeCommon & { readonly type: 'dir' })
  | (NodeCommon & { readonly type: 'file'; readonly content: string | Uint8Array; readonly xattrs?: ReadonlyMap<string, Uint8Array> })
  | (NodeCommon & { readonly type: 'symlink'; readonly target: string })
  | (NodeCommon & { readonly type: 'char' | 'block'; readonly rdev: number })
  | (NodeCommon & { readonly type: 'fifo' })

const FORMAT = { dir: S_IFDIR, file: S_IFREG, char: S_IFCHR, block: S_IFBLK, fifo: S_IFIFO } as const

/** `root` is the root dentry of a tmpfs or disk, or a directory in one. Nodes that are there already get the new attributes. */
export function populate(root: Dentry, nodes: Iterable<PopulateNode>): void {
  const top = root.inode
  if (!(top instanceof MemoryDirectory)) throw new Error('kernel BUG: populate needs a file system in memory')
  const dirs = new Map<string, MemoryDirectory>([['', top]])
  for (const node of nodes) {
    if (node.path === '/') {
      setAttributes(top, node)
      continue
    }
    const slash = node.path.lastIndexOf('/')
    const dir = dirs.get(node.path.slice(0, slash))
    if (dir === undefined) throw new Error(`kernel BUG: image node ${node.path} comes before its directory`)
    const name = node.path.slice(slash + 1)
    const there = node.type === 'dir' ? findDirectory(dir, name) : undefined
    if (there === undefined) {
      const inode = makeInode(dir, node)
      dir.add(name, inode)
      if (inode instanceof MemoryDirectory) dirs.set(node.path, inode)
    } else {
      setAttributes(there, node)
      dirs.set(node.path, there)
    }
  }
}

function findDirectory(dir: MemoryDirectory, name: string): MemoryDirectory | undefined {
  const inode = dir.child(name)
  return inode instanceof MemoryDirectory ? inode : undefined
}

function setAttributes(inode: MemoryInode, { mode, uid, gid, mtime }: NodeCommon): void {
  inode.mode = S_IFDIR | mode
  inode.uid = kuid(uid)
  inode.gid = kgid(gid)
  inode.atime = inode.mtime = inode.ctime = mtime
}

function makeInode({ sb }: MemoryDirectory, node: PopulateNode): MemoryInode {
  const init = { ino: sb.allocIno(), uid: kuid(node.uid), gid: kgid(node.gid), time: node.mtime }
  if (node.type === 'symlink') return new MemorySymlink(sb, { ...init, mode: 0o120777 }, node.target)
  const mode = FORMAT[node.type] | node.mode
  if (node.type !== 'file') return makeMemoryInode(sb, { ...init, mode, rdev: 'rdev' in node ? node.rdev : makedev(0, 0) })
  const content = typeof node.content === 'string' ? encodeUtf8(node.content) : node.content
  sb.takePages(Math.ceil(content.length / 4096))
  const inode = makeMemoryInode(sb, { ...init, mode }, content)
  if (node.xattrs !== undefined) inode.xattrs = new Map(node.xattrs)
  return inode
}
