// The disk itself as /dev/vda (block/fops.c): the boot block and ext4's superblock are there to be read (ext4(5), struct ext4_super_block); what lies behind them has no
// bytes in this machine and reads as an I/O error, as writing does.
import { Errno } from '../../abi/errno.ts'
import { SEEK_CUR, SEEK_END, SEEK_SET } from '../../abi/fcntl.ts'
import type { Statfs } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'

const SUPERBLOCK = 1024
const BLOCK_LOG = 2
const EXT4_MAGIC = 0xef53
const CLEAN = 1, CONTINUE = 1, LINUX = 0, DYNAMIC_REV = 1
const BLOCKS_PER_GROUP = 32768
const INODES_PER_GROUP = 8192

/** The first 2048 bytes of the disk. */
function firstBytes(fs: Statfs): Uint8Array {
  const bytes = new Uint8Array(2 * SUPERBLOCK)
  const view = new DataView(bytes.buffer, SUPERBLOCK)
  const words = [fs.files, fs.blocks, fs.bfree - fs.bavail, fs.bfree, fs.ffree, 0, BLOCK_LOG, BLOCK_LOG, BLOCKS_PER_GROUP, BLOCKS_PER_GROUP, INODES_PER_GROUP]
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true)
  view.setUint16(0x38, EXT4_MAGIC, true)
  view.setUint16(0x3a, CLEAN, true)
  view.setUint16(0x3c, CONTINUE, true)
  view.setUint32(0x48, LINUX, true)
  view.setUint32(0x4c, DYNAMIC_REV, true)
  return bytes
}

export class BlockDeviceFile extends File {
  readonly #statfs: () => Statfs
  constructor(path: Path, flags: number, statfs: () => Statfs) {
    super(path, flags)
    this.#statfs = statfs
  }

  get #size(): number {
    const { blocks, bsize } = this.#statfs()
    return blocks * bsize
  }
  override read(task: Task, count: number): Uint8Array {
    const data = this.pread(task, count, this.pos)
    this.pos += data.length
    return data
  }
  override pread(_task: Task, count: number, offset: number): Uint8Array {
    if (offset >= this.#size) return new Uint8Array()
    if (offset >= 2 * SUPERBLOCK) throw Errno.EIO
    return firstBytes(this.#statfs()).slice(offset, offset + count)
  }
  override write(): never {
    throw Errno.EIO
  }
  override pwrite(): never {
    throw Errno.EIO
  }
  override seek(_task: Task, offset: number, whence: number): number {
    const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? this.pos : whence === SEEK_END ? this.#size : undefined
    if (base === undefined || base + offset < 0 || base + offset > this.#size) throw Errno.EINVAL
    this.pos = base + offset
    return this.pos
  }
}
