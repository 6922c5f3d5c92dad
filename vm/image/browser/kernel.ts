// The kernel of the page's machine: compiled from Debian's own source with kernel.config on top of tinyconfig, without modules.
// The same source, configuration and compiler give the same bytes: user, host and date in it are given.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { BuildError, run } from '../target.ts'
import { type PrivateApt, pinnedVersions } from './apt.ts'

export interface Kernel {
  readonly bzImage: Uint8Array
  readonly release: string
  readonly package: string
  readonly version: string
}

const FRAGMENT = join(import.meta.dirname, 'kernel.config')
const SOURCE = 'linux-source-6.1'

/** Compiles the kernel, or takes it from an earlier build of the same source, configuration and compiler. */
export function compiledKernel(apt: PrivateApt, home: string, time: number, say: (line: string) => void): Kernel {
  const source = apt.fetchAlone(SOURCE, pinnedVersions()[SOURCE])
  const key = createHash('sha256').update(`${source.version}\n${readFileSync(FRAGMENT, 'utf8')}\n${run('gcc', ['--version'])}\n${time}`).digest('hex').slice(0, 16)
  const kept = join(home, 'kernels', key)
  if (!existsSync(join(kept, 'bzImage'))) compile(source.file, kept, home, time, say)
  const config = readFileSync(join(kept, 'config'), 'utf8')
  const release = readFileSync(join(kept, 'release'), 'utf8').trim()
  if (!config.includes('CONFIG_PROC_EVENTS=y')) throw new BuildError('the compiled kernel lacks what the agent needs')
  return { bzImage: readFileSync(join(kept, 'bzImage')), release, package: SOURCE, version: source.version }
}

function compile(deb: string, kept: string, home: string, time: number, say: (line: string) => void): void {
  const work = join(home, 'work-kernel')
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  say('unpacking the kernel’s source')
  run('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | tar -x -O ./usr/src/${SOURCE}.tar.xz | tar -x -J -C "$2"`, 'sh', deb, work])
  const tree = join(work, SOURCE)
  const make = (...targets: readonly string[]): void => {
    run('make', ['-C', tree, 'ARCH=i386', `-j${availableParallelism()}`, ...targets], {
      env: { KBUILD_BUILD_TIMESTAMP: new Date(time * 1000).toUTCString(), KBUILD_BUILD_USER: 'isolab', KBUILD_BUILD_HOST: 'build', KBUILD_BUILD_VERSION: '1', SOURCE_DATE_EPOCH: String(time) },
    })
  }
  make('tinyconfig')
  run('sh', ['scripts/kconfig/merge_config.sh', '-m', '.config', FRAGMENT], { cwd: tree, env: { ARCH: 'i386' } })
  make('olddefconfig')
  reportLost(readFileSync(join(tree, '.config'), 'utf8'), say)
  say('compiling the kernel (5 to 15 minutes)')
  make('bzImage')
  const draft = `${kept}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  cpSync(join(tree, 'arch/x86/boot/bzImage'), join(draft, 'bzImage'))
  cpSync(join(tree, '.config'), join(draft, 'config'))
  cpSync(join(tree, 'include/config/kernel.release'), join(draft, 'release'))
  renameSync(draft, kept)
  rmSync(work, { recursive: true, force: true })
}

/** Options that the fragment asks for and this source doesn't have. */
function reportLost(config: string, say: (line: string) => void): void {
  const has = new Set(config.split('\n'))
  const lost = readFileSync(FRAGMENT, 'utf8').split('\n').filter((line) => /^CONFIG_\w+=[^n]/.test(line) && !has.has(line))
  if (lost.length > 0) say(`this kernel has no ${lost.join(', ')}`)
}
