// Debian packages for another architecture without touching this computer's apt: a configuration, lists and a cache of its own under the build's
// home. Versions are pinned in versions.json; what the mirrors no longer have comes newer, and is said.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildError, run } from '../target.ts'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const MIRRORS = [
  'http://deb.debian.org/debian bookworm main',
  'http://deb.debian.org/debian bookworm-updates main',
  'http://deb.debian.org/debian-security bookworm-security main',
]

/** One package as it was taken. */
export interface DebianPackage { readonly name: string; readonly version: string; readonly architecture: string; readonly file: string }

export class PrivateApt {
  readonly #env: Readonly<Record<string, string>>
  readonly #archives: string
  readonly #say: (line: string) => void

  /** @param folder where the configuration, lists and downloads live; made if missing */
  constructor(folder: string, architecture: string, say: (line: string) => void) {
    this.#say = say
    this.#archives = join(folder, 'cache', 'archives')
    for (const name of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'status'), '')
    writeFileSync(join(folder, 'sources.list'), MIRRORS.map((mirror) => `deb [signed-by=${KEYRING}] ${mirror}\n`).join(''))
    writeFileSync(join(folder, 'apt.conf'), [
      ['APT::Architecture', architecture], ['APT::Install-Recommends', 'false'], ['APT::Sandbox::User', 'root'], ['Acquire::Languages', 'none'], ['Acquire::Retries', '3'],
      ['Dir', folder], ['Dir::Etc::sourcelist', join(folder, 'sources.list')], ['Dir::Etc::sourceparts', '/dev/null'], ['Dir::Etc::parts', '/dev/null'],
      ['Dir::Etc::preferencesparts', '/dev/null'], ['Dir::State', join(folder, 'state')], ['Dir::State::status', join(folder, 'status')],
      ['Dir::Cache', join(folder, 'cache')], ['Dir::Bin::Methods', '/usr/lib/apt/methods'],
    ].map(([key, value]) => `${key} "${value}";\n`).join('') + `APT::Architectures { "${architecture}"; };\n`)
    this.#env = { APT_CONFIG: join(folder, 'apt.conf') }
  }

  /** Fetches the mirrors' lists. A mirror that can't be had is said and left out, as long as Debian itself is there. */
  update(): void {
    try {
      run('apt-get', ['update'], { env: this.#env })
    } catch (error) {
      if (!(error instanceof BuildError)) throw error
      if (this.#apt('apt-cache', ['policy', 'bash']).includes('Candidate:')) this.#say('one of Debian’s package lists could not be fetched; going on with the others')
      else throw new BuildError(`Debian’s package lists could not be fetched\n${error.message}`)
    }
  }

  /** The named packages with all they depend on, downloaded; pinned where the mirrors still have the version. */
  fetchWithDependencies(names: readonly string[], pinned: Readonly<Record<string, string>>): DebianPackage[] {
    const pins = this.#available(pinned)
    const wanted = [...new Set([...names, ...pins.keys()])].map((name) => pins.has(name) ? `${name}=${pins.get(name)}` : name)
    const planned = this.#apt('apt-get', ['install', '--simulate', '--yes', ...wanted])
    const files = [...planned.matchAll(/^Inst (\S+) \((\S+) .*\[(\w+)\]\)/gm)].map(([, name, version = '', architecture]) => `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`)
    this.#apt('apt-get', ['install', '--download-only', '--yes', ...wanted])
    return files.sort().map((file) => this.#described(file))
  }

  /** One package alone, without what it depends on. */
  fetchAlone(name: string, pinned: string | undefined): DebianPackage {
    const version = pinned === undefined ? undefined : this.#available({ [name]: pinned }).get(name)
    const wanted = version === undefined ? name : `${name}=${version}`
    // The version it would be, without fetching anything.
    const shown = this.#apt('apt-cache', ['show', '--no-all-versions', wanted])
    const [found, architecture] = [/^Version: (\S+)/m, /^Architecture: (\S+)/m].map((field) => field.exec(shown)?.[1])
    if (found === undefined || architecture === undefined) throw new BuildError(`no package ${wanted} on the mirrors`)
    const file = `${name}_${found.replaceAll(':', '%3a')}_${architecture}.deb`
    if (!existsSync(join(this.#archives, file))) run('apt-get', ['download', `${name}=${found}`], { env: this.#env, cwd: this.#archives })
    return this.#described(file)
  }

  /** Which of the pinned versions the mirrors have. */
  #available(pinned: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    const names = Object.keys(pinned)
    if (names.length === 0) return new Map()
    const known = new Set([...this.#apt('apt-cache', ['madison', ...names]).matchAll(/^\s*(\S+)\s*\|\s*(\S+)\s*\|.*Packages$/gm)].map(([, name, version]) => `${name}=${version}`))
    const gone = Object.entries(pinned).filter(([name, version]) => !known.has(`${name}=${version}`))
    if (gone.length > 0) this.#say(`no longer on the mirrors, taken newer: ${gone.map(([name, version]) => `${name} ${version}`).join(', ')}`)
    return new Map(Object.entries(pinned).filter(([name, version]) => known.has(`${name}=${version}`)))
  }

  #described(file: string): DebianPackage {
    const [name = '', version = '', rest = ''] = file.split('_')
    return { name, version: decodeURIComponent(version), architecture: rest.replace(/\.deb$/, ''), file: join(this.#archives, file) }
  }

  #apt(command: string, args: readonly string[]): string {
    return run(command, args, { env: this.#env })
  }
}

/** Unpacks packages into one folder, as on a system with merged /usr. */
export function unpack(packages: readonly DebianPackage[], into: string): void {
  for (const name of ['bin', 'sbin', 'lib']) {
    mkdirSync(join(into, 'usr', name), { recursive: true })
    run('ln', ['-sfn', `usr/${name}`, join(into, name)])
  }
  for (const { file } of packages) run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -p -C "$2"', 'sh', file, into])
}

/** Paths of the files in a package, as on a system with merged /usr. */
export function filesOf({ file }: DebianPackage): string[] {
  return run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -t', 'sh', file]).split('\n').filter((path) => path !== '' && !path.endsWith('/')).map((path) => path.replace(/^\.\/(bin|sbin|lib)\//, '/usr/$1/').replace(/^\.\//, '/'))
}

/** versions.json: what each package was pinned at, by name. */
export function pinnedVersions(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'versions.json'), 'utf8')) as Record<string, string>
}
