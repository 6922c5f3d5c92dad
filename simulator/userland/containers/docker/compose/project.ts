// A project: the files, merged, with their variables filled in, its name, and what must hold between its parts (compose-go/cli, loader).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { isYamlMap, parseYaml, type YamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { YamlError } from '../../../../lib/yaml-error.ts'
import { access, getcwd, readFile } from '../../../libc/unistd.ts'
import { canonicalService, EMPTY_MAP, flagOf, hostPath, listOf, mapOf, merge, pairs, textOf, textsOf } from './canonical.ts'
import { parseDotenv } from './dotenv.ts'
import { ComposeError, notSimulated } from './error.ts'
import { interpolate } from './interpolate.ts'
import { validateFile } from './schema.ts'
import { unsimulatedMember } from './unsimulated.ts'

const FILE_NOT_FOUND = 14, PARSE_FAILURE = 15
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

export interface ProjectOptions {
  readonly files: readonly string[]
  readonly name: string | undefined
  readonly directory: string | undefined
  readonly envFiles: readonly string[]
  readonly profiles: readonly string[]
  readonly env: ReadonlyMap<string, string>
  /** Services named on the command line: their profiles count as asked for. */
  readonly wanted: readonly string[]
  readonly warn: (message: string) => void
}
export interface Project {
  readonly name: string
  readonly directory: string
  readonly files: readonly string[]
  /** Those of the active profiles, by name. */
  readonly services: ReadonlyMap<string, YamlMap>
  readonly disabled: ReadonlyMap<string, YamlMap>
  /** Names of all services, also those that are not asked for now. */
  readonly declared: ReadonlySet<string>
  readonly networks: ReadonlyMap<string, YamlMap>
  readonly volumes: ReadonlyMap<string, YamlMap>
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))
export const normalizeName = (text: string): string => text.toLowerCase().replace(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '')

function* findFiles(options: ProjectOptions, cwd: string): Flow<readonly string[]> {
  const home = options.env.get('HOME') ?? '/'
  const fromEnv = options.env.get('COMPOSE_FILE') ?? ''
  const given = options.files.length > 0 ? options.files : fromEnv === '' ? [] : fromEnv.split(':')
  if (given.length > 0) return given.map((file) => (file === '-' ? '-' : hostPath(file, cwd, home)))
  for (let directory = options.directory === undefined ? cwd : hostPath(options.directory, cwd, home); ; directory = parentOf(directory)) {
    for (const name of NAMES) {
      const path = `${directory === '/' ? '' : directory}/${name}`
      if (isErr(yield* access(path, 0))) continue
      for (const extension of ['yml', 'yaml']) {
        const override = path.replace(/\.ya?ml$/, `.override.${extension}`)
        if (!isErr(yield* access(override, 0))) return [path, override]
      }
      return [path]
    }
    if (directory === '/') throw new ComposeError('no configuration file provided: not found', FILE_NOT_FOUND)
  }
}

/** .env, under what the shell has. */
function* environment(options: ProjectOptions, directory: string, cwd: string): Flow<ReadonlyMap<string, string>> {
  const all = new Map<string, string>()
  const given = options.envFiles.map((file) => hostPath(file, cwd, options.env.get('HOME') ?? '/'))
  for (const path of given.length > 0 ? given : [`${directory}/.env`]) {
    const text = yield* readFile(path)
    if (isErr(text)) {
      if (given.length > 0) throw new ComposeError(`couldn't find env file: ${path}`)
      continue
    }
    try {
      for (const [name, value] of parseDotenv(text, (n) => options.env.get(n) ?? all.get(n))) all.set(name, value)
    } catch (thrown) {
      throw thrown instanceof ComposeError ? new ComposeError(`failed to read ${path}: ${thrown.message}`) : thrown
    }
  }
  for (const [name, value] of options.env) all.set(name, value)
  return all
}

function* readProjectFile(path: string, stdin: () => Flow<string>): Flow<YamlMap> {
  const text = path === '-' ? yield* stdin() : yield* readFile(path)
  if (isErr(text)) throw new ComposeError(`open ${path}: ${text.message.toLowerCase()}`, FILE_NOT_FOUND)
  let value: YamlValue
  try {
    value = parseYaml(text)
  } catch (thrown) {
    throw thrown instanceof YamlError ? new ComposeError(thrown.message, PARSE_FAILURE) : thrown
  }
  if (value === null) throw new ComposeError('empty compose file', PARSE_FAILURE)
  if (!isYamlMap(value)) throw new ComposeError('Top-level object must be a mapping', PARSE_FAILURE)
  return value
}

/** Reads, checks and completes everything. @throws {ComposeError} */
export function* loadProject(options: ProjectOptions, stdin: () => Flow<string>): Flow<Project> {
  const here = yield* getcwd()
  const cwd = isErr(here) ? '/' : here
  const home = options.env.get('HOME') ?? '/'
  const paths = yield* findFiles(options, cwd)
  const directory = options.directory === undefined ? (paths[0] === '-' ? cwd : parentOf(paths[0])) : hostPath(options.directory, cwd, home)
  const env = yield* environment(options, directory, cwd)
  const warned = new Set<string>()
  const missing = (name: string): void => {
    if (!warned.has(name)) options.warn(`The ${JSON.stringify(name)} variable is not set. Defaulting to a blank string.`)
    warned.add(name)
  }
  let whole: YamlMap = EMPTY_MAP
  let name = options.name ?? env.get('COMPOSE_PROJECT_NAME')
  if (name === '') name = undefined
  let ownName: string | undefined
  for (const path of paths) {
    const raw = yield* readProjectFile(path, stdin)
    try {
      const declared = raw.get('name')
      if (typeof declared === 'string') ownName = textOf(interpolate(declared, 'name', { get: (n) => env.get(n), missing }))
      const projectName = name ?? ownName ?? normalizeName(baseName(directory))
      const variables = { get: (n: string) => (n === 'COMPOSE_PROJECT_NAME' ? projectName : env.get(n)), missing }
      const value = mapOf(interpolate(raw, '', variables))
      validateFile(value)
      if (value.has('include')) throw notSimulated('include')
      const services = new Map([...mapOf(value.get('services'))].map(([key, service]) => [key, canonicalService(mapOf(service), directory, home)]))
      whole = mapOf(merge(whole, new Map<string, YamlValue>([...value, ['services', services]])))
    } catch (thrown) {
      if (thrown instanceof ComposeError && thrown.status === 1) throw new ComposeError(/^(?:services|networks|volumes|\(root\)|name)\S* (?:must|Additional|\S+ is req)/.test(thrown.message) ? `validating ${path}: ${thrown.message}` : thrown.message, PARSE_FAILURE)
      throw thrown
    }
  }
  const projectName = name ?? ownName ?? normalizeName(baseName(directory))
  if (projectName === '') throw new ComposeError('project name must not be empty', PARSE_FAILURE)
  if (normalizeName(projectName) !== projectName) {
    throw new ComposeError(`invalid project name ${JSON.stringify(projectName)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`)
  }
  return yield* complete(whole, { name: projectName, directory, files: paths, options, env })
}

interface Around {
  readonly name: string
  readonly directory: string
  readonly files: readonly string[]
  readonly options: ProjectOptions
  readonly env: ReadonlyMap<string, string>
}
const invalid = (message: string): ComposeError => new ComposeError(`${message}: invalid compose project`, PARSE_FAILURE)

function* complete(whole: YamlMap, around: Around): Flow<Project> {
  const lacking = unsimulatedMember(whole)
  if (lacking !== undefined) throw notSimulated(lacking)
  const all = new Map<string, YamlMap>()
  for (const [name, value] of [...mapOf(whole.get('services'))].sort(([a], [b]) => (a < b ? -1 : 1))) all.set(name, yield* completeService(mapOf(value), around))
  const profiles = [...around.options.profiles, ...(around.env.get('COMPOSE_PROFILES') ?? '').split(',').filter((p) => p !== '')]
  for (const name of around.options.wanted) profiles.push(...textsOf(all.get(name)?.get('profiles')))
  const isActive = (service: YamlMap): boolean => {
    const own = textsOf(service.get('profiles'))
    return own.length === 0 || profiles.includes('*') || own.some((p) => profiles.includes(p))
  }
  const services = new Map([...all].filter(([, s]) => isActive(s)))
  const declared = (section: string): ReadonlyMap<string, YamlMap> => new Map([...mapOf(whole.get(section))].map(([key, value]) => [key, namedObject(key, mapOf(value), around.name)]))
  const networks = new Map(declared('networks'))
  if ([...services.values()].some((s) => mapOf(s.get('networks')).has('default')) && !networks.has('default')) networks.set('default', namedObject('default', EMPTY_MAP, around.name))
  const volumes = declared('volumes')
  checkReferences(services, networks, volumes)
  return { name: around.name, directory: around.directory, files: around.files, services, disabled: new Map([...all].filter(([, s]) => !isActive(s))), declared: new Set(all.keys()), networks, volumes }
}

/** name: what Docker knows it by. */
function namedObject(key: string, value: YamlMap, project: string): YamlMap {
  const external = value.get('external')
  const isExternal = isYamlMap(external) || flagOf(external)
  const name = textOf(value.get('name')) || textOf(mapOf(external).get('name')) || (isExternal ? key : `${project}_${key}`)
  const rest = [...value].filter(([k]) => k !== 'name' && k !== 'external' && !k.startsWith('x-')).map(([k, v]): [string, YamlValue] => [k, k === 'labels' ? pairs(v, '') : v])
  return new Map<string, YamlValue>([['name', name], ...rest, ...(isExternal ? [['external', true] as const] : [])])
}

function* completeService(service: YamlMap, { env }: Around): Flow<YamlMap> {
  const variables = new Map<string, YamlValue>()
  for (const entry of listOf(service.get('env_file'))) {
    const path = textOf(mapOf(entry).get('path'))
    const text = yield* readFile(path)
    if (isErr(text)) {
      if (!flagOf(mapOf(entry).get('required'))) continue
      throw new ComposeError(`env file ${path} not found: stat ${path}: ${text.message.toLowerCase()}`, FILE_NOT_FOUND)
    }
    try {
      for (const [key, value] of parseDotenv(text, (n) => env.get(n))) variables.set(key, value)
    } catch (thrown) {
      throw thrown instanceof ComposeError ? new ComposeError(`failed to read ${path}: ${thrown.message}`) : thrown
    }
  }
  for (const [key, value] of mapOf(service.get('environment'))) variables.set(key, value ?? env.get(key) ?? null)
  const result = new Map([...service].filter(([key]) => key !== 'env_file'))
  if (variables.size > 0) result.set('environment', new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1))))
  if (!service.has('networks') && !service.has('network_mode')) result.set('networks', new Map([['default', null]]))
  const shared = /^service:(.+)$/
  for (const key of ['network_mode', 'ipc', 'pid']) {
    const other = shared.exec(textOf(service.get(key)))?.[1]
    if (other !== undefined) result.set('depends_on', new Map([[other, new Map<string, YamlValue>([['condition', 'service_started'], ['required', true]])], ...mapOf(result.get('depends_on'))]))
  }
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function checkReferences(services: ReadonlyMap<string, YamlMap>, networks: ReadonlyMap<string, YamlMap>, volumes: ReadonlyMap<string, YamlMap>): void {
  for (const [name, service] of services) {
    if (!service.has('image') && !service.has('build')) throw invalid(`service ${JSON.stringify(name)} has neither an image nor a build context specified`)
    if (service.has('network_mode') && mapOf(service.get('networks')).size > 0) throw invalid(`service ${JSON.stringify(name)} declares mutually exclusive \`network_mode\` and \`networks\``)
    for (const network of mapOf(service.get('networks')).keys()) if (!networks.has(network)) throw invalid(`service ${JSON.stringify(name)} refers to undefined network ${network}`)
    for (const volume of listOf(service.get('volumes')).map(mapOf)) {
      const source = textOf(volume.get('source'))
      if (volume.get('type') === 'volume' && source !== '' && !volumes.has(source)) throw invalid(`service ${JSON.stringify(name)} refers to undefined volume ${source}`)
    }
    for (const [other, how] of mapOf(service.get('depends_on'))) {
      if (!services.has(other) && flagOf(mapOf(how).get('required'))) throw invalid(`service ${JSON.stringify(name)} depends on undefined service ${other}`)
    }
  }
  startOrder(services)
}

export const dependenciesOf = (service: YamlMap | undefined): readonly string[] => [...mapOf(service?.get('depends_on')).keys()]

/** Names in waves: each wave needs only what is in earlier ones. @throws {ComposeError} for a cycle */
export function startOrder(services: ReadonlyMap<string, YamlMap>): readonly (readonly string[])[] {
  const waves: string[][] = []
  const done = new Set<string>()
  while (done.size < services.size) {
    const wave = [...services].filter(([name, s]) => !done.has(name) && dependenciesOf(s).every((d) => done.has(d) || !services.has(d))).map(([name]) => name)
    if (wave.length === 0) throw new ComposeError(`dependency cycle detected: ${cycle(services, done).join(' -> ')}`, PARSE_FAILURE)
    for (const name of wave) done.add(name)
    waves.push(wave)
  }
  return waves
}
function cycle(services: ReadonlyMap<string, YamlMap>, done: ReadonlySet<string>): readonly string[] {
  const path: string[] = []
  let at = [...services.keys()].find((name) => !done.has(name)) ?? ''
  while (!path.includes(at)) {
    path.push(at)
    at = dependenciesOf(services.get(at)).find((d) => services.has(d) && !done.has(d)) ?? ''
  }
  return [...path.slice(path.indexOf(at)), at]
}

/** The project with only these services and, unless `alone`, what they depend on. @throws {ComposeError} */
export function selectServices(project: Project, names: readonly string[], alone = false): Project {
  if (names.length === 0) return project
  const wanted = new Set<string>()
  const add = (name: string): void => {
    const service = project.services.get(name)
    if (service === undefined) throw new ComposeError(`no such service: ${name}`)
    if (wanted.has(name)) return
    wanted.add(name)
    if (!alone) for (const other of dependenciesOf(service)) if (project.services.has(other)) add(other)
  }
  for (const name of names) add(name)
  return { ...project, services: new Map([...project.services].filter(([name]) => wanted.has(name))) }
}
