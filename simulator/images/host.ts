// The root file system of the Debian 12 host: base directories, /etc, two homes, and the programs of the given packages as executable files.
// /proc, /sys, /dev and /run are empty mount points; what is mounted there at boot is the machine's business.
import { CAP_EMPTY, CAP_NAMES, capBit } from '../abi/capability.ts'
import { executableBytes } from '../lib/executable.ts'
import { type ProgramEntry, type ProgramPackage, programId } from '../userland/program-table.ts'
import { ACCOUNT_FILES } from './host-accounts.ts'
import { LOGIN_FILES } from './host-login.ts'
import { NETWORK_FILES } from './host-network.ts'
import { BIN_LINKS, SBIN_LINKS, SPECIAL_PROGRAMS } from './host-programs.ts'
import { SERVICES_FILES } from './host-services.ts'
import { SYSTEM_FILES } from './host-system.ts'
import { HOST_DIRECTORIES, HOST_LINKS, SPECIAL_DIRECTORIES } from './host-tree.ts'
import { ImageBuilder, type ImageNode } from './image.ts'

/** When the image was built: 2025-12-15T10:00:00Z. All its files bear this time. */
export const IMAGE_TIME = 1765792800000

const LEARNER = 1000
const COMMANDS_FILE = '/usr/share/isolab/commands'
const PROMPT = "PS1='\\u@\\h:\\w\\$ '\n"
const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`

/** All nodes of the host's root file system, parents first. */
export function hostImage(packages: readonly ProgramPackage[]): readonly ImageNode[] {
  const image = new ImageBuilder(IMAGE_TIME)
  addDirectories(image)
  for (const [path, target] of HOST_LINKS) image.symlink(path, target)
  for (const file of [...ACCOUNT_FILES, ...LOGIN_FILES, ...NETWORK_FILES, ...SERVICES_FILES, ...SYSTEM_FILES]) image.file(file.path, file.content, file)
  image.file('/usr/lib/os-release', OS_RELEASE)
  addHomes(image)
  addPrograms(image, packages)
  image.file(COMMANDS_FILE, commandList(packages))
  return image.nodes()
}

/** What `help` at a prompt shows besides the shell's own commands: each simulated package with the names of its commands. */
function commandList(packages: readonly ProgramPackage[]): string {
  const names = (pkg: ProgramPackage): string => pkg.programs.map((entry) => entry.path.slice(entry.path.lastIndexOf('/') + 1)).sort().join(' ')
  return packages.filter((pkg) => pkg.name !== 'unsimulated' && pkg.name !== 'init').map((pkg) => `${pkg.name}: ${names(pkg)}\n`).join('')
}

function addDirectories(image: ImageBuilder): void {
  for (const [path, mode, uid, gid] of SPECIAL_DIRECTORIES.filter(([path]) => path.lastIndexOf('/') === 0)) image.dir(path, { mode, uid, gid })
  for (const [parent, names] of HOST_DIRECTORIES) for (const name of names.split(' ')) image.dir(`${parent === '/' ? '' : parent}/${name}`)
  for (const [path, mode, uid, gid] of SPECIAL_DIRECTORIES) image.dir(path, { mode, uid, gid })
}

function addHomes(image: ImageBuilder): void {
  const learner = { uid: LEARNER, gid: LEARNER }
  const logout = LOGIN_FILES.concat(SYSTEM_FILES).find((file) => file.path === '/etc/skel/.bash_logout')?.content ?? ''
  image.file('/root/.bashrc', PROMPT)
  image.file('/root/.profile', '. ~/.bashrc\n')
  image.file('/home/learner/.bash_logout', logout, learner)
  image.file('/home/learner/.bashrc', PROMPT, learner)
  image.file('/home/learner/.profile', '. ~/.bashrc\n', learner)
}

/** Debian's packages link relatively within a directory. */
const linkTarget = (link: string, path: string): string =>
  link.slice(0, link.lastIndexOf('/')) === path.slice(0, path.lastIndexOf('/')) ? path.slice(path.lastIndexOf('/') + 1) : path

/** The run-time linker; what is copied into an empty root directory without it doesn't start there. */
const LINKER = '/lib64/ld-linux-x86-64.so.2'
const LINKER_FILE = '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'
const STATIC_PROGRAMS: ReadonlySet<string> = new Set(['/usr/bin/busybox', '/usr/bin/tini-static', '/usr/sbin/ldconfig'])

/** security.capability: struct vfs_cap_data, permitted and effective. */
function capabilityXattrs({ capabilities }: ProgramEntry): ReadonlyMap<string, Uint8Array> | undefined {
  if (capabilities === undefined) return undefined
  const data = new Uint8Array(20)
  const view = new DataView(data.buffer)
  const set = capabilities.reduce((bits, name) => bits | capBit(CAP_NAMES.indexOf(name)), CAP_EMPTY)
  view.setUint32(0, 0x02000001, true)
  view.setUint32(4, Number(set & 0xffffffffn), true)
  view.setUint32(12, Number(set >> 32n), true)
  return new Map([['security.capability', data]])
}

/** A name that is a link on the real host is one here too, unless a package brings a program of that name. */
function addPrograms(image: ImageBuilder, packages: readonly ProgramPackage[]): void {
  const groups = new Map(SPECIAL_PROGRAMS.map(([path, , gid]) => [path, gid]))
  for (const pkg of packages) {
    for (const entry of pkg.programs) {
      const linker = STATIC_PROGRAMS.has(entry.path) ? undefined : LINKER
      image.file(entry.path, executableBytes(programId(pkg, entry), linker), { mode: entry.mode ?? 0o755, gid: groups.get(entry.path) ?? 0, xattrs: capabilityXattrs(entry) })
      for (const link of entry.links ?? []) image.symlink(link, linkTarget(link, entry.path))
    }
  }
  image.file(LINKER_FILE, executableBytes('unsimulated/ld.so'), { mode: 0o755 })
  image.symlink(`/usr${LINKER}`, '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  const programs = new Set(packages.flatMap((pkg) => pkg.programs.map((entry) => entry.path)))
  addLinks(image, programs, '/usr/bin', BIN_LINKS)
  addLinks(image, programs, '/usr/sbin', SBIN_LINKS)
}

function addLinks(image: ImageBuilder, programs: ReadonlySet<string>, directory: string, links: string): void {
  for (const pair of links.trim().split(/\s+/)) {
    const [name, target] = pair.split('=')
    const path = `${directory}/${name}`
    if (!programs.has(path)) image.symlink(path, target)
  }
}
