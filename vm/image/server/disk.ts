// Kernel, initrd and disk of the server's machine, out of the root file system that root.sh made. What is ours is in the initrd, so that the disk, which takes
// long to make, stays when only that changes.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildError, run } from '../target.ts'

const HERE = import.meta.dirname
/** What it takes to find the disk, in the order of loading. */
const MODULES = ['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci', 'virtio_blk']
const DISK_SIZE = '5G'

export interface Parts { readonly kernel: string; readonly initrd: string; readonly disk: string; readonly release: string }

/** Kernel and initrd, made of the root file system in `work`; `disk` is where the disk is or will be. */
export function makeParts(work: string, agent: string): Parts {
  const root = join(work, 'root')
  const [release, ...others] = readdirSync(join(root, 'lib', 'modules'))
  if (release === undefined || others.length > 0) throw new BuildError('the root file system should hold one kernel')
  const kernel = join(work, 'kernel')
  copyFileSync(join(root, 'boot', `vmlinuz-${release}`), kernel)
  return { kernel, release, initrd: makeInitrd(work, root, release, agent), disk: join(work, 'disk') }
}

function makeInitrd(work: string, root: string, release: string, agent: string): string {
  const tree = join(work, 'initrd-tree')
  rmSync(tree, { recursive: true, force: true })
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'new', 'modules', 'ours']) mkdirSync(join(tree, folder), { recursive: true })
  copyFileSync(join(root, 'bin', 'busybox'), join(tree, 'bin', 'busybox'))
  for (const [from, to] of [[join(HERE, 'initrd-init'), 'init'], [join(HERE, 'guest-init'), 'ours/init'], [agent, 'ours/agent']] as const) {
    copyFileSync(from, join(tree, to))
    chmodSync(join(tree, to), 0o755)
  }
  const paths = readFileSync(join(root, 'lib', 'modules', release, 'modules.dep'), 'utf8').split('\n').map((line) => line.replace(/:.*/, ''))
  for (const name of MODULES) {
    const path = paths.find((each) => each.endsWith(`/${name}.ko`))
    if (path === undefined) throw new BuildError(`kernel ${release} has no module ${name}`)
    copyFileSync(join(root, 'lib', 'modules', release, path), join(tree, 'modules', `${name}.ko`))
  }
  writeFileSync(join(tree, 'modules', 'order'), `${MODULES.join('\n')}\n`)
  const initrd = join(work, 'initrd')
  run('sh', ['-c', 'find . | LC_ALL=C sort | cpio -o -H newc --reproducible --quiet | zstd -q -f -o "$1"', 'sh', initrd], { cwd: tree })
  return initrd
}

/** The disk before its first boot. */
export function makeDisk(work: string): void {
  const root = join(work, 'root')
  const raw = join(work, 'disk.raw')
  mkdirSync(join(root, 'usr', 'lib', 'isolab'), { recursive: true })
  copyFileSync(join(HERE, 'first-boot'), join(root, 'usr', 'lib', 'isolab', 'first-boot'))
  chmodSync(join(root, 'usr', 'lib', 'isolab', 'first-boot'), 0o755)
  rmSync(raw, { force: true })
  run('truncate', ['-s', DISK_SIZE, raw])
  run('mke2fs', ['-q', '-t', 'ext4', '-d', root, '-F', raw])
  run('qemu-img', ['convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, join(work, 'disk')])
  rmSync(raw)
}

/** An empty qcow2 layer as large as the disk; what it lies over is said when it is opened. */
export function makeLayer(path: string): void {
  rmSync(path, { force: true })
  run('qemu-img', ['create', '-q', '-f', 'qcow2', path, DISK_SIZE])
}

/** Name, version, source and licence file of each Debian package in a root file system. */
export function packagesOf(root: string): { readonly name: string; readonly version: string; readonly source: string; readonly licence: string }[] {
  const listed = run('dpkg-query', [`--admindir=${join(root, 'var', 'lib', 'dpkg')}`, '-W', '-f', '${Package} ${Version} ${source:Package} ${source:Version}\\n'])
  return listed.trimEnd().split('\n').map((line) => {
    const [name = '', version = '', source = '', sourceVersion = ''] = line.split(' ')
    return { name, version, source: `${source} ${sourceVersion}`, licence: `/usr/share/doc/${name}/copyright` }
  })
}
