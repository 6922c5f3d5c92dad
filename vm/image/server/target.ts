// The machine for the server: Debian 12 with Docker in QEMU, as a disk and two snapshots of a machine that has just booted, without Docker running and with it.
// The steps: root file system from packages, disk, first boot (container images), one boot for each snapshot.
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST_VERSION, type ServerManifest, type Snapshot } from '../../server/image.ts'
import type { Accelerator } from '../../server/qemu-arguments.ts'
import { type BuildRequest, type ImageTarget, missingPackages, run } from '../target.ts'
import { firstBoot, kvmWorks, takeSnapshot } from './boots.ts'
import { makeDisk, makeLayer, makeParts, packagesOf, type Parts } from './disk.ts'
import { adopt } from './files.ts'

const HERE = import.meta.dirname
const AGENT = join(HERE, '..', '..', 'agent', 'guest')

/** MiB of RAM: what Debian needs with everything a lesson does, and with the Docker daemon and some containers. */
const PLAIN_MEMORY = 512
const DOCKER_MEMORY = 1024

const NEEDS = {
  'debootstrap': 'debootstrap', 'qemu-system-x86_64': 'qemu-system-x86', 'qemu-img': 'qemu-utils', 'cpio': 'cpio', 'zstd': 'zstd', 'mke2fs': 'e2fsprogs',
  'gcc': 'gcc', 'make': 'make', 'dpkg-query': 'dpkg', 'tar': 'tar', 'setpriv': 'util-linux',
}

export const serverTarget: ImageTarget = {
  name: 'server',
  about: 'Linux for the server: Debian 12 with Docker for QEMU, as snapshots that are ready at once; as root',
  options: {
    '--tcg': 'don’t try KVM: a machine saved under KVM runs only where KVM works',
    '--fresh': 'fetch Debian’s packages again, even if nothing in the list has changed',
  },
  missing: () => [...missingPackages(NEEDS), ...(process.getuid?.() === 0 ? [] : [{ what: 'root', remedy: 'debootstrap needs it: run this as root' }])],
  build,
}

async function build({ home, options, say }: BuildRequest): Promise<void> {
  const work = join(home, 'work')
  mkdirSync(work, { recursive: true })
  const fresh = options.includes('--fresh')
  await once(work, 'root', fresh, ['root.sh', 'packages.txt'], 'the root file system from Debian’s packages (some minutes)', say, () => { run('bash', [join(HERE, 'root.sh'), work]) })
  say('compiling the guest agent and the RAM sealer')
  run('make', ['-C', AGENT, 'ARCH=amd64', `OUT=${join(work, 'agent')}`])
  run('gcc', ['-O2', '-static', '-s', '-o', join(work, 'seal'), join(HERE, 'seal.c')])
  const parts = makeParts(work, join(work, 'agent', 'isolab-agent'))
  await once(work, 'disk', fresh, ['root.sh', 'packages.txt', 'first-boot'], 'the disk; Docker takes in its images on the first boot (some minutes)', say, async () => {
    makeDisk(work)
    await firstBoot(work, parts)
  })
  const accelerator: Accelerator = !options.includes('--tcg') && await kvmWorks(parts) ? 'kvm' : 'tcg'
  say(accelerator === 'kvm' ? 'KVM works here: the snapshots are made with it' : 'no KVM here, or it was not to be used: the snapshots are made by emulation (TCG)')
  const plain = await snapshot(work, parts, accelerator, false, PLAIN_MEMORY, say)
  const docker = await snapshot(work, parts, accelerator, true, DOCKER_MEMORY, say)
  makeLayer(join(work, 'layer'))
  rmSync(join(work, 'disk.done'), { force: true })
  linkSync(parts.disk, join(work, 'disk.done'))
  const manifest: ServerManifest = {
    version: MANIFEST_VERSION, built: new Date().toISOString(), accelerator, kernel: parts.release,
    qemu: run('qemu-system-x86_64', ['--version']).split('\n')[0] ?? '',
    files: {
      disk: adopt(join(work, 'disk.done'), home, 'disk'), layer: adopt(join(work, 'layer'), home, 'layer'), seal: adopt(join(work, 'seal'), home, 'seal'),
      kernel: adopt(parts.kernel, home, 'kernel'), initrd: adopt(parts.initrd, home, 'initrd'),
    },
    snapshots: { plain: adoptSnapshot(plain, home, 'plain'), docker: adoptSnapshot(docker, home, 'docker') },
    packages: packagesOf(join(work, 'root')),
  }
  writeFileSync(join(home, 'manifest.json'), `${JSON.stringify(manifest, undefined, 1)}\n`)
  removeOld(home, manifest)
  say(`${manifest.packages.length} Debian packages; their versions and licences are in manifest.json`)
}

/** Makes what takes long only if one of these files of ours has changed since. */
async function once(work: string, name: string, fresh: boolean, recipe: readonly string[], what: string, say: (line: string) => void, make: () => void | Promise<void>): Promise<void> {
  const hash = createHash('sha256')
  for (const file of recipe) hash.update(readFileSync(join(HERE, file)))
  const digest = hash.digest('hex')
  const stamp = join(work, `${name}.stamp`)
  if (!fresh && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    say(`already made: ${what}`)
    return
  }
  say(`making ${what}`)
  rmSync(stamp, { force: true })
  await make()
  writeFileSync(stamp, digest)
}

interface Taken { readonly memory: number; readonly ram: string; readonly state: string; readonly disk: string }

async function snapshot(work: string, parts: Parts, accelerator: Accelerator, docker: boolean, memory: number, say: (line: string) => void): Promise<Taken> {
  say(`booting the machine ${docker ? 'with Docker running' : 'without Docker running'}, and saving it`)
  const name = docker ? 'docker' : 'plain'
  const taken = { memory, ram: join(work, `${name}-ram`), state: join(work, `${name}-state`), disk: join(work, `${name}-disk`) }
  makeLayer(taken.disk)
  rmSync(taken.ram, { force: true })
  run('truncate', ['-s', `${memory}M`, taken.ram])
  await takeSnapshot(work, parts, accelerator, docker, taken)
  return taken
}

function adoptSnapshot({ memory, ram, state, disk }: Taken, home: string, name: string): Snapshot {
  return { memory, ram: adopt(ram, home, `${name}-ram`), state: adopt(state, home, `${name}-state`), disk: adopt(disk, home, `${name}-disk`) }
}

/** Files of images before this one. */
function removeOld(home: string, manifest: ServerManifest): void {
  const kept = JSON.stringify(manifest)
  for (const name of readdirSync(home)) if (/-[0-9a-f]{12}$/.test(name) && !kept.includes(name)) rmSync(join(home, name))
}
