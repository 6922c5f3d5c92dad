// An initramfs as bytes: cpio's "newc" form, the only one the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst).
// The same nodes give the same bytes: names in order, inode numbers counted, times given.
import type { ImageNode } from '../../../simulator/images/image.ts'

const TYPE_BITS = { dir: 0o040000, file: 0o100000, symlink: 0o120000, char: 0o020000, block: 0o060000, fifo: 0o010000 } as const

/** The archive of these nodes; `time` (seconds since 1970) is everybody's time of change. Parents before what is in them. */
export function newcArchive(nodes: readonly ImageNode[], time: number): Uint8Array {
  const parts: Uint8Array[] = []
  nodes.forEach((node, n) => {
    if (node.path === '/') return
    const content = node.type === 'file' ? bytesOf(node.content) : node.type === 'symlink' ? bytesOf(node.target) : new Uint8Array()
    const rdev = node.type === 'char' || node.type === 'block' ? node.rdev : 0
    entry(parts, node.path.slice(1), [n + 1, TYPE_BITS[node.type] | node.mode, node.uid, node.gid, node.type === 'dir' ? 2 : 1, time, content.length, 0, 0, rdev >> 8, rdev & 0xff], content)
  })
  entry(parts, 'TRAILER!!!', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], new Uint8Array())
  return Buffer.concat(parts)
}

function entry(parts: Uint8Array[], name: string, fields: readonly number[], content: Uint8Array): void {
  const path = new TextEncoder().encode(`${name}\0`)
  const header = ['070701', ...[...fields, path.length, 0].map((field) => field.toString(16).padStart(8, '0'))].join('')
  parts.push(new TextEncoder().encode(header), path, padding(header.length + path.length), content, padding(content.length))
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - length % 4) % 4)
const bytesOf = (content: string | Uint8Array): Uint8Array => typeof content === 'string' ? new TextEncoder().encode(content) : content
