// What the machine boots from once: a first program that moves the image into a tmpfs, and the image with the learner's host, init and agent.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import type { ImageNode } from '../../../simulator/images/image.ts'
import { BuildError } from '../target.ts'
import { newcArchive } from './cpio.ts'
import { RootTree } from './root-tree.ts'

const GUEST = join(import.meta.dirname, 'guest')
const CONSOLE = 5 << 8 | 1

export interface InitramfsParts {
  /** Folder with the unpacked packages. */
  readonly pool: string
  readonly agent: Uint8Array
  /** Seconds since 1970, everybody's time of change. */
  readonly time: number
}

/** The archive, and what is in the machine. It is compressed: the kernel gives the archive's memory back only after unpacking it, and half of the memory is too little for both. */
export function initramfs({ pool, agent, time }: InitramfsParts): { readonly archive: Uint8Array; readonly paths: ReadonlySet<string> } {
  const tree = new RootTree(pool, time)
  tree.addHost()
  tree.addFile('/etc/inittab', guestFile('inittab'))
  tree.addFile('/usr/lib/isolab/start', guestFile('start'), { mode: 0o755 })
  tree.addFile('/usr/lib/isolab/agent', agent, { mode: 0o755 })
  tree.addLink('/usr/sbin/init', '../bin/busybox')
  for (const name of ['common-account', 'common-auth', 'common-password', 'common-session', 'common-session-noninteractive', 'other']) tree.addFile(`/etc/pam.d/${name}`, guestFile(`pam.d/${name}`))
  const nodes = tree.nodes()
  const busybox = nodes.find(({ path }) => path === '/usr/bin/busybox')
  if (busybox === undefined) throw new BuildError('the machine needs busybox')
  const common = { uid: 0, gid: 0, mtime: time }
  const first: readonly ImageNode[] = [
    { type: 'dir', path: '/', mode: 0o755, ...common }, { type: 'dir', path: '/dev', mode: 0o755, ...common },
    { type: 'char', path: '/dev/console', mode: 0o600, rdev: CONSOLE, ...common },
    { type: 'file', path: '/init', mode: 0o755, content: guestFile('init'), ...common },
    { ...busybox, path: '/busybox' }, { type: 'dir', path: '/image', mode: 0o755, ...common },
  ]
  const archive = newcArchive([...first, ...nodes.filter(({ path }) => path !== '/').map((node) => ({ ...node, path: `/image${node.path}` }))], time)
  return { archive: zstdCompressSync(archive), paths: new Set(nodes.map(({ path }) => path)) }
}

const guestFile = (name: string): string => readFileSync(join(GUEST, name), 'utf8')
