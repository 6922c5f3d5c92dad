// Programs as files of a Debian root file system: executables with their modes, the links packages and alternatives make, the run-time linker.
import { CAP_EMPTY, CAP_NAMES, capBit } from '../abi/capability.ts'
import { executableBytes } from '../lib/executable.ts'
import { type ProgramEntry, type ProgramPackage, programId } from '../userland/program-table.ts'
import { BIN_LINKS, SBIN_LINKS, SPECIAL_PROGRAMS } from './host-programs.ts'
import type { ImageBuilder } from './image.ts'

/** Debian's packages link relatively within a directory. */
const linkTarget = (link: string, path: string): string =>
  link.slice(0, link.lastIndexOf('/')) === path.slice(0, path.lastIndexOf('/')) ? path.slice(path.lastIndexOf('/') + 1) : path

/** The run-time linker; what is copied into an empty root directory without it doesn't start there. */
export const LINKER = '/lib64/ld-linux-x86-64.so.2'
const LINKER_FILE = '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'
const STATIC_PROGRAMS: ReadonlySet<string> = new Set([LINKER_FILE, '/usr/bin/busybox', '/usr/bin/tini-static', '/usr/sbin/ldconfig'])

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

export interface ProgramChoice {
  /** Which files and links of /usr/bin and /usr/sbin there are; all unless said. */
  readonly wants?: (path: string) => boolean
  /** File capabilities are kept unless said: they don't survive a plain tar. */
  readonly capabilities?: boolean
}

/** A name that is a link on the real host is one here too, unless a package brings a program of that name. */
export function addPrograms(image: ImageBuilder, packages: readonly ProgramPackage[], { wants = () => true, capabilities = true }: ProgramChoice = {}): void {
  const groups = new Map(SPECIAL_PROGRAMS.map(([path, , gid]) => [path, gid]))
  for (const pkg of packages) {
    for (const entry of pkg.programs) {
      if (!wants(entry.path)) continue
      const linker = STATIC_PROGRAMS.has(entry.path) ? undefined : LINKER
      image.file(entry.path, executableBytes(programId(pkg, entry), linker), { mode: entry.mode ?? 0o755, gid: groups.get(entry.path) ?? 0, xattrs: capabilities ? capabilityXattrs(entry) : undefined })
      for (const link of entry.links ?? []) if (wants(link)) image.symlink(link, linkTarget(link, entry.path))
    }
  }
  image.file(LINKER_FILE, executableBytes('libc6/ld-linux-x86-64.so.2'), { mode: 0o755 })
  image.file('/usr/lib/x86_64-linux-gnu/libc.so.6', executableBytes('libc6/libc.so.6', LINKER), { mode: 0o755 })
  image.symlink(`/usr${LINKER}`, '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  const programs = new Set(packages.flatMap((pkg) => pkg.programs.map((entry) => entry.path)))
  addLinks(image, programs, '/usr/bin', BIN_LINKS, wants)
  addLinks(image, programs, '/usr/sbin', SBIN_LINKS, wants)
}

function addLinks(image: ImageBuilder, programs: ReadonlySet<string>, directory: string, links: string, wants: (path: string) => boolean): void {
  for (const pair of links.trim().split(/\s+/)) {
    const [name, target] = pair.split('=')
    const path = `${directory}/${name}`
    if (!programs.has(path) && wants(path)) image.symlink(path, target)
  }
}
