// The root file system of the Debian 12 host: base directories, /etc, two homes, and the programs of the given packages as executable files.
// /proc, /sys, /dev and /run are empty mount points; what is mounted there at boot is the machine's business.
import type { ProgramPackage } from '../userland/program-table.ts'
import { addPrograms } from './debian-programs.ts'
import { APPARMOR_FILES } from './host-apparmor.ts'
import { ACCOUNT_FILES } from './host-accounts.ts'
import { LOGIN_FILES } from './host-login.ts'
import { NETWORK_FILES } from './host-network.ts'
import { SERVICES_FILES } from './host-services.ts'
import { SYSTEM_FILES } from './host-system.ts'
import { HOST_DIRECTORIES, HOST_LINKS, SPECIAL_DIRECTORIES } from './host-tree.ts'
import { ImageBuilder, type ImageNode } from './image.ts'
import { NGINX_DIRECTORIES, NGINX_FILES, NGINX_LINKS } from './nginx-files.ts'

/** When the image was built: 2025-12-15T10:00:00Z. All its files bear this time. */
export const IMAGE_TIME = 1765792800000

const LEARNER = 1000
const COMMANDS_FILE = '/usr/share/isolab/commands'
const OPTIONS_FILE = '/usr/share/isolab/options'
const PROMPT = "PS1='\\u@\\h:\\w\\$ '\n"
export const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
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
  for (const file of [...ACCOUNT_FILES, ...LOGIN_FILES, ...NETWORK_FILES, ...SERVICES_FILES, ...SYSTEM_FILES, ...NGINX_FILES, ...APPARMOR_FILES]) image.file(file.path, file.content, file)
  for (const [path, target] of NGINX_LINKS) image.symlink(path, target)
  for (const path of NGINX_DIRECTORIES) image.dir(path)
  image.file('/usr/lib/os-release', OS_RELEASE)
  addHomes(image)
  addPrograms(image, packages)
  image.file(COMMANDS_FILE, commandList(packages))
  image.file(OPTIONS_FILE, optionList(packages))
  return image.nodes()
}

/** What `help` at a prompt shows besides the shell's own commands: each simulated package with the names of its commands. */
function commandList(packages: readonly ProgramPackage[]): string {
  const names = (pkg: ProgramPackage): string => pkg.programs.map((entry) => entry.path.slice(entry.path.lastIndexOf('/') + 1)).sort().join(' ')
  return packages.filter((pkg) => !['unsimulated', 'init', 'libc6'].includes(pkg.name)).map((pkg) => `${pkg.name}: ${names(pkg)}\n`).join('')
}

/** For completion: each program with its long options, `=` behind those that take a value. */
function optionList(packages: readonly ProgramPackage[]): string {
  return packages.flatMap((pkg) => pkg.programs).flatMap((entry) => {
    const long = entry.options?.long ?? []
    const names = [...long, ...(long.length > 0 && !long.some((o) => o.name === 'help') ? [{ name: 'help', arg: 'none' as const }] : [])]
    return names.length === 0 ? [] : [`${entry.path.slice(entry.path.lastIndexOf('/') + 1)} ${names.map((o) => `--${o.name}${o.arg === 'required' ? '=' : ''}`).join(' ')}\n`]
  }).join('')
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
