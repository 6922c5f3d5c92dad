// Programs of the real host that the simulator lacks: they exist as files, so that ls, which and Tab show what Linux shows, and say what they are.
import { program } from '../userland/libc/crt.ts'
import { unsimulated } from '../userland/libc/err.ts'
import type { ProgramEntry, ProgramPackage } from '../userland/program-table.ts'
import { BIN_FILES, SBIN_FILES, SPECIAL_PROGRAMS } from './host-programs.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const main = program((c) => unsimulated(c, 'this program'))

/** Entries for every name of the host's /usr/bin and /usr/sbin that none of the packages brings. */
export function unsimulatedPackage(packages: readonly ProgramPackage[]): ProgramPackage {
  const taken = new Set(packages.flatMap((pkg) => pkg.programs.flatMap((entry) => [entry.path, ...(entry.links ?? [])])))
  const modes = new Map(SPECIAL_PROGRAMS.map(([path, mode]) => [path, mode]))
  const paths = [...words(BIN_FILES).map((name) => `/usr/bin/${name}`), ...words(SBIN_FILES).map((name) => `/usr/sbin/${name}`)]
  const entries = paths.filter((path) => !taken.has(path)).map((path): ProgramEntry => ({ path, program: main, mode: modes.get(path) ?? 0o755, summary: 'not simulated' }))
  return { name: 'unsimulated', version: '', programs: entries }
}
