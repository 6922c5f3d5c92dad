// The kernel of the page's machine: compiled from Debian's own source with kernel.config on top of tinyconfig, or Debian's ready 32-bit kernel
// with the modules it needs. The same source, configuration and compiler give the same bytes: user, host and date in it are given.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { BuildError, run } from '../target.ts'
import { type PrivateApt, pinnedVersions, unpack } from './apt.ts'

export interface Kernel {
  readonly bzImage: Uint8Array
  /** Modules by their path in the machine; none in the compiled kernel. */
  readonly modules: ReadonlyMap<string, Uint8Array>
  readonly release: string
  readonly package: string
  readonly version: string
  readonly stock: boolean
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
  return { bzImage: readFileSync(join(kept, 'bzImage')), modules: new Map(), release, package: SOURCE, version: source.version, stock: false }
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

/** What Debian's kernel has as modules and the machine uses; their dependencies follow. */
const MODULES = `crc32c_generic virtio_pci virtio_console virtio_net veth bridge br_netfilter macvlan ipvlan 8021q vxlan tun dummy overlay nf_tables nft_chain_nat nft_compat nft_ct nft_masq
  nft_nat nft_redir nft_reject_inet nft_reject_ipv4 nft_limit nft_log nft_fib_inet nft_numgen nft_quota nft_hash nf_conntrack_netlink xt_MASQUERADE xt_conntrack xt_state xt_nat xt_REDIRECT xt_addrtype
  xt_tcpudp xt_multiport xt_comment xt_mark xt_limit xt_owner xt_LOG ipt_REJECT nf_log_syslog sch_netem sch_fq_codel tcp_diag udp_diag unix_diag netlink_diag af_packet_diag loop`.trim().split(/\s+/)

/** Debian's own kernel for 32-bit PCs, with the modules it needs. */
export function stockKernel(apt: PrivateApt, home: string): Kernel {
  const meta = apt.fetchAlone('linux-image-686', pinnedVersions()['linux-image-686'])
  const name = /linux-image-6\S+-686/.exec(run('dpkg-deb', ['--field', meta.file, 'Depends']))?.[0]
  if (name === undefined) throw new BuildError('linux-image-686 names no kernel')
  const image = apt.fetchAlone(name, pinnedVersions()[name])
  const pool = join(home, 'work-stock-kernel')
  rmSync(pool, { recursive: true, force: true })
  unpack([image], pool)
  const vmlinuz = readdirSync(join(pool, 'boot')).find((file) => file.startsWith('vmlinuz-'))
  if (vmlinuz === undefined) throw new BuildError(`${basename(image.file)} has no kernel`)
  const release = vmlinuz.replace('vmlinuz-', '')
  const modules = modulesOf(pool, release)
  const kernel = { bzImage: readFileSync(join(pool, 'boot', vmlinuz)), modules, release, package: name, version: image.version, stock: true }
  rmSync(pool, { recursive: true, force: true })
  return kernel
}

function modulesOf(pool: string, release: string): ReadonlyMap<string, Uint8Array> {
  const folder = `/usr/lib/modules/${release}`
  run('depmod', ['-b', join(pool, 'usr'), release])
  const dependencies = new Map(readFileSync(join(pool, folder, 'modules.dep'), 'utf8').trim().split('\n').map((line) => {
    const [path = '', rest = ''] = line.split(':')
    return [path, rest.trim().split(' ').filter((each) => each !== '')] as const
  }))
  const byName = new Map([...dependencies.keys()].map((path) => [basename(path).replace(/\.ko.*$/, '').replaceAll('-', '_'), path]))
  const wanted = new Set<string>()
  for (const name of MODULES) {
    const path = byName.get(name.replaceAll('-', '_'))
    if (path !== undefined) for (const each of [path, ...dependencies.get(path) ?? []]) wanted.add(each)
  }
  const modules = new Map([...wanted].map((path) => [`${folder}/${path}`, readFileSync(join(pool, folder, path))] as const))
  // An index of just these, for modprobe.
  const slim = join(pool, 'slim')
  for (const [path, content] of modules) {
    mkdirSync(join(slim, path, '..'), { recursive: true })
    writeFileSync(join(slim, path), content)
  }
  for (const file of ['modules.builtin', 'modules.order', 'modules.builtin.modinfo']) if (existsSync(join(pool, folder, file))) cpSync(join(pool, folder, file), join(slim, folder, file))
  run('depmod', ['-b', join(slim, 'usr'), release])
  for (const file of readdirSync(join(slim, folder)).filter((each) => each.startsWith('modules.'))) modules.set(`${folder}/${file}`, readFileSync(join(slim, folder, file)))
  return modules
}
