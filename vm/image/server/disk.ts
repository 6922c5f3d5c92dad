// Kernel, initrd and disk of the server's machine, out of the root file system that root.sh made.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildError, run } from '../target.ts'

const HERE = import.meta.dirname
/** What it takes to find the disk, in the order of loading. */
const MODULES = ['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci', 'virtio_blk']
const DISK_SIZE = '5G'

export interface Parts { readonly kernel: string; readonly initrd: string; readonly disk: string; readonly release: string }

/** Makes the parts in `work` and answers their paths and the kernel's release. */
export function makeParts(work: string): Parts {
  const root = join(work, 'root')
  const [release, ...others] = readdirSync(join(root, 'lib', 'modules'))
  if (release === undefined || others.length > 0) throw new BuildError('the root file system should hold one kernel')
  const kernel = join(work, 'kernel')
  copyFileSync(join(root, 'boot', `vmlinuz-${release}`), kernel)
  addOurs(root, join(work, 'agent'))
  return { kernel, release, initrd: makeInitrd(work, root, release), disk: makeDisk(work, root) }
}

/** The two programs that are not Debian's: PID 1 and the guest agent. */
function addOurs(root: string, agent: string): void {
  const lib = join(root, 'usr', 'lib', 'isolab')
  mkdirSync(lib, { recursive: true })
  for (const [from, to] of [[join(HERE, 'guest-init'), join(root, 'usr', 'sbin', 'init')], [join(HERE, 'first-boot'), join(lib, 'first-boot')], [agent, join(lib, 'agent')]] as const) {
    copyFileSync(from, to)
    chmodSync(to, 0o755)
  }
}

function makeInitrd(work: string, root: string, release: string): string {
  const tree = join(work, 'initrd-tree')
  rmSync(tree, { recursive: true, force: true })
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'new', 'modules']) mkdirSync(join(tree, folder), { recursive: true })
  copyFileSync(join(root, 'bin', 'busybox'), join(tree, 'bin', 'busybox'))
  copyFileSync(join(HERE, 'initrd-init'), join(tree, 'init'))
  chmodSync(join(tree, 'init'), 0o755)
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

function makeDisk(work: string, root: string): string {
  const raw = join(work, 'disk.raw')
  const disk = join(work, 'disk')
  rmSync(raw, { force: true })
  run('truncate', ['-s', DISK_SIZE, raw])
  run('mke2fs', ['-q', '-t', 'ext4', '-d', root, '-F', raw])
  run('qemu-img', ['convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, disk])
  rmSync(raw)
  return disk
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
