// How the programs of the simulated machine are declared: one package per Debian package, one entry per executable file.
// The image builder installs them as files, execve finds their code by `id`, the coverage page lists their options.
import type { LongOption } from '../lib/getopt.ts'
import type { CapName } from '../abi/capability.ts'
import type { Program } from '../abi/syscalls.ts'

/** The options a program knows, in getoptLong's terms; options marked unsimulated appear on the coverage page. */
export interface OptionTable {
  readonly short: string
  readonly long: readonly LongOption[]
  readonly unsimulatedShort?: string
}

export interface ProgramEntry {
  /** Where Debian installs it, e.g. `/usr/bin/ls`. */
  readonly path: string
  readonly program: Program
  /** Permission bits, default 0o755. Setuid programs say 0o4755. */
  readonly mode?: number
  /** File capabilities (`+ep`), as the package's postinst sets them. */
  readonly capabilities?: readonly CapName[]
  /** Symbolic links to it, e.g. `/usr/bin/awk`. */
  readonly links?: readonly string[]
  readonly options?: OptionTable
  /** One line for `help` and the coverage page: what it does, in a beginner's words. */
  readonly summary: string
}

export interface ProgramPackage {
  /** Debian's package name and version. */
  readonly name: string
  readonly version: string
  readonly programs: readonly ProgramEntry[]
}

/** The name a program's code is known by inside its executable file: package and file name. */
export const programId = (pkg: Pick<ProgramPackage, 'name'>, entry: Pick<ProgramEntry, 'path'>): string => `${pkg.name}/${entry.path.slice(entry.path.lastIndexOf('/') + 1)}`
