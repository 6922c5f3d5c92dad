// What `npm run vm:build` can build: each machine behind the lessons is a target, described by the file that knows how to make it.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export type TargetName = 'browser' | 'server'

/** Something the build needs and this computer hasn't got, and how it gets it. */
export interface Missing { readonly what: string; readonly remedy: string }

export interface BuildRequest {
  /** Where the result belongs; exists. Nothing outside it is to be kept. */
  readonly home: string
  /** Arguments behind the target's name. */
  readonly options: readonly string[]
  readonly say: (line: string) => void
}

export interface ImageTarget {
  readonly name: TargetName
  /** One line for the usage text. */
  readonly about: string
  /** Options it understands, each with its line for the usage text. */
  readonly options: Readonly<Record<string, string>>
  missing(options: readonly string[]): readonly Missing[]
  build(request: BuildRequest): Promise<void>
}

/** A build that can't go on, in words for whoever started it. */
export class BuildError extends Error {}

/** Where built images lie: $ISOLAB_VM_HOME, else ~/.cache/isolab-vm; one folder for each target, with a manifest.json. */
export function vmHome(target: TargetName): string {
  return join(process.env.ISOLAB_VM_HOME ?? join(homedir(), '.cache', 'isolab-vm'), target)
}

/** Full path of a command in $PATH or where administrators' commands are. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
  return folders.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Which of these aren't here: commands by name, other files by path; each with the Debian package that brings it. */
export function missingPackages(needs: Readonly<Record<string, string>>): Missing[] {
  const packages = new Map<string, string[]>()
  for (const [need, debianPackage] of Object.entries(needs)) {
    const there = need.includes('/') ? existsSync(need) : findCommand(need) !== undefined
    if (!there) packages.set(debianPackage, [...packages.get(debianPackage) ?? [], need])
  }
  return [...packages].map(([debianPackage, what]) => ({ what: what.join(', '), remedy: `apt-get install ${debianPackage}` }))
}

export interface RunOptions { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string | Uint8Array }

/** Runs a command to its end and answers its standard output; throws a BuildError with the end of what it said if it fails. */
export function run(command: string, args: readonly string[], { cwd, env, input }: RunOptions = {}): string {
  const { status, error, stdout, stderr } = spawnSync(findCommand(command) ?? command, args, {
    cwd, input, encoding: 'utf8', maxBuffer: 1 << 30, env: { ...process.env, LC_ALL: 'C', ...env },
  })
  if (error !== undefined) throw new BuildError(`cannot run ${command}: ${error.message}`)
  if (status !== 0) throw new BuildError(`${[command, ...args].join(' ').slice(0, 300)}: status ${status}\n${`${stdout}${stderr}`.trimEnd().split('\n').slice(-15).join('\n')}`)
  return stdout
}
