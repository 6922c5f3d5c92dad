// The machine for the page: a small 32-bit Debian in v86, shipped as a saved state. What it needs, and the order of its steps.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync, constants } from 'node:zlib'
import { type BrowserVmManifest, MOST_BYTES } from '../../browser/manifest.ts'
import { BuildError, type BuildRequest, type ImageTarget, type Missing, missingPackages, run } from '../target.ts'
import { type DebianPackage, filesOf, PrivateApt, pinnedVersions, unpack } from './apt.ts'
import { initramfs } from './initramfs.ts'
import { compiledKernel } from './kernel.ts'
import { licences } from './licences.ts'
import { storeFile } from './store-file.ts'
import { makeState } from './make-state.ts'
import { DATA_PACKAGES, PROGRAMS } from './programs.ts'

/** Everything in the image bears this time unless SOURCE_DATE_EPOCH says another: 2025-12-15T10:00:00Z, as on the simulated machine. */
const IMAGE_TIME = 1765792800
const MEMORY = 128 << 20
const PROJECT = join(import.meta.dirname, '../../..')

/** Commands and files the build needs, with the Debian package that brings each. */
const NEEDS = {
  'apt-get': 'apt', 'dpkg-deb': 'dpkg', 'gcc': 'gcc', 'make': 'make',
  '/usr/share/seabios/bios.bin': 'seabios', '/usr/share/seabios/vgabios-stdvga.bin': 'seabios', '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
  'flex': 'flex', 'bison': 'bison', 'bc': 'bc', 'xz': 'xz-utils', '/usr/include/libelf.h': 'libelf-dev',
}

async function build({ home, options, say }: BuildRequest): Promise<void> {
  const time = Number(process.env.SOURCE_DATE_EPOCH ?? IMAGE_TIME)
  const apt = new PrivateApt(join(home, 'apt'), 'i386', say)
  say('fetching Debian’s packages')
  apt.update()
  const packages = apt.fetchWithDependencies([...Object.keys(PROGRAMS), ...DATA_PACKAGES], withoutKernel(pinnedVersions()))
  const kernel = compiledKernel(apt, home, time, say)
  say(`kernel ${kernel.release} (${(kernel.bzImage.length / 1e6).toFixed(2)} MB), ${packages.length} packages`)
  const pool = join(home, 'work-pool')
  rmSync(pool, { recursive: true, force: true })
  mkdirSync(pool, { recursive: true })
  unpack(packages, pool)
  const { archive: initrd, paths } = initramfs({ pool, agent: guestAgent(home, apt, packages), time })
  say(`booting it once in v86 (${(initrd.length / 1e6).toFixed(1)} MB to unpack)`)
  const { state, release } = await makeState({ bzImage: kernel.bzImage, initrd, memory: MEMORY, say })
  say(`compressing ${(state.length / 1e6).toFixed(0)} MB`)
  const level = options.includes('--quick') ? 17 : 22
  const compressed = zstdCompressSync(state, { params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_enableLongDistanceMatching]: 1 } })

  const v86 = join(PROJECT, 'node_modules/v86')
  const files = {
    state: storeFile(home, 'state.zst', compressed, 'zstd'),
    emulator: storeFile(home, 'libv86.mjs.gz', gzipSync(readFileSync(join(v86, 'build/libv86.mjs')), { level: 9 }), 'gzip'),
    wasm: storeFile(home, 'v86.wasm.gz', gzipSync(readFileSync(join(v86, 'build/v86.wasm')), { level: 9 }), 'gzip'),
  }
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > MOST_BYTES) throw new BuildError(tooLarge(bytes, files))
  const version = (JSON.parse(readFileSync(join(v86, 'package.json'), 'utf8')) as { version: string }).version
  const used = packages.filter((each) => filesOf(each).some((path) => paths.has(path)))
  const manifest: BrowserVmManifest = {
    format: 1, built: time, files, bytes, memory: MEMORY, v86: version,
    kernel: { release, package: kernel.package, version: kernel.version },
    packages: Object.fromEntries(used.map(({ name, version }) => [name, version])), licences: 'LICENCES.md',
  }
  writeFileSync(join(home, 'LICENCES.md'), licences(manifest, used, pool))
  copyFileSync(join(import.meta.dirname, 'kernel.config'), join(home, 'kernel.config'))
  writeFileSync(join(home, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  for (const name of readdirSync(home)) if (/-[0-9a-f]{16}\./.test(name) && !Object.values(files).some((file) => file.name === name)) rmSync(join(home, name))
  rmSync(pool, { recursive: true, force: true })
  say(`${megabytes(bytes)} to download: ${parts(files)}`)
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`
const parts = (files: BrowserVmManifest['files']): string => Object.entries(files).map(([what, file]) => `${what} ${megabytes(file.bytes)}`).join(', ')

function tooLarge(bytes: number, files: BrowserVmManifest['files']): string {
  return `the image is too large: ${megabytes(bytes)} to download (${parts(files)}), ${megabytes(MOST_BYTES)} at most. Look at what has come to programs.ts and kernel.config; what nothing calls can be hollow (slim.ts).`
}

/** The agent for this machine, linked to its libc: what compiling takes comes from Debian's packages of the same versions, too. */
function guestAgent(home: string, apt: PrivateApt, packages: readonly DebianPackage[]): Uint8Array {
  const folder = join(home, 'work-agent')
  const sysroot = join(folder, 'sysroot')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(sysroot, { recursive: true })
  const ofSystem = (name: string): DebianPackage[] => packages.filter((each) => each.name === name)
  const forCompiling = Object.entries({ 'libc6-dev': 'libc6', 'linux-libc-dev': 'linux-source-6.1', 'libgcc-12-dev': 'libgcc-s1' })
  const versions = pinnedVersions()
  unpack([...ofSystem('libc6'), ...forCompiling.map(([name, sibling]) => apt.fetchAlone(name, ofSystem(sibling)[0]?.version ?? versions[sibling]))], sysroot)
  run('make', ['-C', join(PROJECT, 'vm/agent/guest'), 'ARCH=i386', `SYSROOT=${sysroot}`, `OUT=${folder}`])
  const agent = readFileSync(join(folder, 'isolab-agent'))
  rmSync(folder, { recursive: true, force: true })
  return agent
}

/** The kernel’s source is pinned there too, but fetched by itself (kernel.ts): nothing of it goes into the machine. */
function withoutKernel(versions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(versions).filter(([name]) => !name.startsWith('linux-')))
}

export const browserTarget: ImageTarget = {
  name: 'browser',
  about: 'Linux for the page: kernel, Debian user space and saved state for v86',
  options: {
    '--quick': 'compress less well: half a minute quicker',
  },
  missing: (): readonly Missing[] => missingPackages(NEEDS),
  build,
}
