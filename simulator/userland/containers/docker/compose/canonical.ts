// A service with every short form written out (compose-go: transform, format, normalize), so that files can be merged, printed and turned into containers.
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { parseBytes } from '../client/usage.ts'
import { cleanPath } from '../daemon/mounts.ts'
import { ComposeError } from './error.ts'

export const EMPTY_MAP: YamlMap = new Map()
export const mapOf = (value: YamlValue | undefined): YamlMap => (isYamlMap(value) ? value : EMPTY_MAP)
export const listOf = (value: YamlValue | undefined): readonly YamlValue[] => (isYamlList(value) ? value : value === undefined || value === null ? [] : [value])
export const textOf = (value: YamlValue | undefined): string => (value === undefined || value === null || isYamlMap(value) || isYamlList(value) ? '' : String(value))
export const textsOf = (value: YamlValue | undefined): string[] => listOf(value).map(textOf)
export const flagOf = (value: YamlValue | undefined): boolean => value === true || value === 'true'
const toMap = (entries: Readonly<Record<string, YamlValue | undefined>>): YamlMap =>
  new Map(Object.entries(entries).filter((e): e is [string, YamlValue] => e[1] !== undefined))

/** `NAME=value` or NAME; a mapping as it is. Values are texts, null means none. */
export function pairs(value: YamlValue | undefined, ofNothing: string | null = null): YamlMap {
  if (isYamlMap(value)) return new Map([...value].map(([k, v]) => [k, v === null ? ofNothing : String(v)]))
  return new Map(textsOf(value).map((entry) => {
    const eq = entry.indexOf('=')
    return eq < 0 ? [entry, ofNothing] : [entry.slice(0, eq), entry.slice(eq + 1)]
  }))
}

/** A path of the host as the file means it: relative to the project, `~` is the home. */
export function hostPath(path: string, directory: string, home: string): string {
  if (path.startsWith('/')) return cleanPath(path)
  if (path === '~' || path.startsWith('~/')) return cleanPath(home + path.slice(1))
  return cleanPath(`${directory}/${path}`)
}

/** Words of a command line, with quotes as a shell has them (google/shlex). */
export function shellWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quote !== '' && c === quote) quote = ''
    else if (c === '\\' && quote !== '\'' && i + 1 < text.length) {
      i += 1
      word = (word ?? '') + text[i]
    } else if (quote !== '') word = (word ?? '') + c
    else if (c === '"' || c === '\'') {
      quote = c
      word ??= ''
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (quote !== '') throw new ComposeError('EOF found when expecting closing quote')
  if (word !== undefined) words.push(word)
  return words
}
const command = (value: YamlValue | undefined): YamlValue | undefined => (typeof value === 'string' ? shellWords(value) : value === undefined ? undefined : value)

function portRange(text: string, whole: string): readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (match === null) throw new ComposeError(`invalid containerPort: ${text === '' ? whole : text}`)
  return [Number(match[1]), Number(match[2] ?? match[1])]
}
/** `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, each a range perhaps. */
function shortPort(text: string): readonly YamlMap[] {
  const [body, protocol = 'tcp'] = text.split('/')
  const parts = body.split(':')
  const container = portRange(parts[parts.length - 1], text)
  const host = parts.length > 1 ? parts[parts.length - 2] : ''
  const ip = parts.slice(0, -2).join(':').replace(/^\[|\]$/g, '')
  if (host !== '' && !/^\d+(?:-\d+)?$/.test(host)) throw new ComposeError(`invalid hostPort: ${host}`)
  const [first, last] = host === '' ? [0, 0] : portRange(host, text)
  const count = container[1] - container[0]
  if (host !== '' && last - first !== count && count !== 0) throw new ComposeError(`invalid ranges specified for container and host Ports: ${parts[parts.length - 1]} and ${host}`)
  return Array.from({ length: count + 1 }, (_, i) => toMap({
    mode: 'ingress', host_ip: ip === '' ? undefined : ip, target: container[0] + i, published: host === '' ? undefined : count === 0 ? host : String(first + i), protocol: protocol.toLowerCase(),
  }))
}
function ports(value: YamlValue): readonly YamlMap[] {
  return listOf(value).flatMap((item) => {
    if (!isYamlMap(item)) return shortPort(textOf(item))
    const published = item.get('published')
    return [toMap({ name: item.get('name'), mode: item.get('mode') ?? 'ingress', host_ip: item.get('host_ip'), target: Number(textOf(item.get('target'))), published: published === undefined ? undefined : textOf(published), protocol: item.get('protocol') ?? 'tcp' })]
  })
}

function shortVolume(text: string, directory: string, home: string): YamlMap {
  const parts = text.split(':')
  if (text === '' || parts.length > 3 || parts.some((p) => p === '')) throw new ComposeError(`invalid spec: ${text}: ${text === '' ? 'empty volume spec' : parts.length > 3 ? 'too many colons' : 'empty section between colons'}`)
  if (parts.length === 1) return toMap({ type: 'volume', target: cleanPath(text), volume: EMPTY_MAP })
  const [source, target, mode = ''] = parts
  const modes = mode.split(',')
  const isReadOnly = modes.includes('ro') ? true : undefined
  if (!/^[./~]/.test(source)) return toMap({ type: 'volume', source, target: cleanPath(target), read_only: isReadOnly, volume: toMap({ nocopy: modes.includes('nocopy') ? true : undefined }) })
  const propagation = modes.find((m) => /^r?(?:private|shared|slave)$/.test(m))
  return toMap({ type: 'bind', source: hostPath(source, directory, home), target: cleanPath(target), read_only: isReadOnly, bind: toMap({ propagation, create_host_path: true }) })
}
function longVolume(item: YamlMap, directory: string, home: string): YamlMap {
  const type = textOf(item.get('type'))
  const source = textOf(item.get('source'))
  const full = type === 'bind' ? hostPath(source, directory, home) : source
  return new Map([...item].map(([k, v]) => (k === 'source' && full !== '' ? [k, full] : k === 'read_only' ? [k, flagOf(v)] : [k, v])))
}

function build(value: YamlValue, directory: string, home: string): YamlMap {
  if (!isYamlMap(value)) return toMap({ context: hostPath(textOf(value), directory, home), dockerfile: 'Dockerfile' })
  return new Map<string, YamlValue>([
    ['context', hostPath(textOf(value.get('context')) || '.', directory, home)], ...(value.has('dockerfile_inline') ? [] : [['dockerfile', value.get('dockerfile') ?? 'Dockerfile'] as const]),
    ...[...value].filter(([k]) => !['context', 'dockerfile'].includes(k)).map(([k, v]): [string, YamlValue] => [k, k === 'args' || k === 'labels' ? pairs(v) : v]),
  ])
}
function dependsOn(value: YamlValue): YamlMap {
  if (isYamlMap(value)) return new Map([...value].map(([name, d]) => [name, toMap({ condition: mapOf(d).get('condition'), restart: mapOf(d).get('restart'), required: mapOf(d).get('required') ?? true })]))
  return new Map(textsOf(value).map((name) => [name, toMap({ condition: 'service_started', required: true })]))
}
function healthcheck(value: YamlMap): YamlMap {
  const test = value.get('test')
  return new Map([...value].map(([k, v]) => [k, k === 'test' && typeof test === 'string' ? ['CMD-SHELL', test] : v]))
}
/** `64m` in bytes, as a text; what is no size stays, and is complained of when it is used. */
function byteCount(value: YamlValue): YamlValue {
  const size = parseBytes(textOf(value))
  return size === undefined ? value : String(size)
}
function resources(deploy: YamlMap): YamlMap {
  const tidy = (limits: YamlValue): YamlValue => new Map([...mapOf(limits)].map(([k, v]) => [k, k === 'memory' ? byteCount(v) : v]))
  return new Map([...deploy].map(([key, value]) => [key, key === 'resources' ? new Map([...mapOf(value)].map(([k, v]) => [k, tidy(v)])) : value]))
}
const byName = (a: readonly [string, YamlValue], b: readonly [string, YamlValue]): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)

/** A service's members in the order of their names. @throws {ComposeError} */
export function canonicalService(service: YamlMap, directory: string, home: string): YamlMap {
  const rules: Readonly<Record<string, (value: YamlValue) => YamlValue | undefined>> = {
    mem_limit: byteCount, mem_reservation: byteCount, memswap_limit: byteCount, shm_size: byteCount,
    deploy: (v) => resources(mapOf(v)),
    build: (v) => build(v, directory, home), command, entrypoint: command, depends_on: dependsOn, environment: (v) => pairs(v), labels: (v) => pairs(v, ''), sysctls: (v) => pairs(v, ''), annotations: (v) => pairs(v, ''),
    expose: (v) => textsOf(v), group_add: (v) => textsOf(v), dns: (v) => textsOf(v), dns_search: (v) => textsOf(v), tmpfs: (v) => textsOf(v),
    env_file: (v) => listOf(v).map((item) => (isYamlMap(item) ? toMap({ path: hostPath(textOf(item.get('path')), directory, home), required: item.get('required') ?? true }) : toMap({ path: hostPath(textOf(item), directory, home), required: true }))),
    extra_hosts: (v) => (isYamlMap(v) ? [...v].flatMap(([name, address]) => textsOf(address).map((a) => `${name}=${a}`)) : textsOf(v).map((e) => e.replace(/[:=]/, '='))),
    healthcheck: (v) => healthcheck(mapOf(v)), networks: (v) => (isYamlMap(v) ? v : new Map(textsOf(v).map((name) => [name, null]))), ports,
    ulimits: (v) => new Map([...mapOf(v)].map(([name, limit]) => [name, isYamlMap(limit) ? toMap({ soft: Number(textOf(limit.get('soft'))), hard: Number(textOf(limit.get('hard'))) }) : Number(textOf(limit))])),
    volumes: (v) => listOf(v).map((item) => (isYamlMap(item) ? longVolume(item, directory, home) : shortVolume(textOf(item), directory, home))),
  }
  const entries = [...service].filter(([key]) => !key.startsWith('x-')).flatMap(([key, value]): [string, YamlValue][] => {
    const done = value === null && !['command', 'entrypoint'].includes(key) ? undefined : (rules[key] ?? ((v) => v))(value)
    return done === undefined ? [] : [[key, done]]
  })
  return new Map(entries.sort(byName))
}

const REPLACED = new Set(['command', 'entrypoint', 'test'])
/** A later file on top of an earlier one: mappings by key, lists one after the other, mounts by their place. */
export function merge(below: YamlValue | undefined, above: YamlValue, key = ''): YamlValue {
  if (isYamlMap(below) && isYamlMap(above)) {
    const result = new Map(below)
    for (const [name, value] of above) result.set(name, merge(below.get(name), value, name))
    return new Map([...result].sort(byName))
  }
  if (isYamlList(below) && isYamlList(above) && !REPLACED.has(key)) {
    const place = (item: YamlValue): string => (key === 'volumes' && isYamlMap(item) ? textOf(item.get('target')) : JSON.stringify(item, (_, v: unknown) => (v instanceof Map ? [...(v as Map<unknown, unknown>)] : v)))
    const result = new Map(below.map((item) => [place(item), item]))
    for (const item of above) result.set(place(item), item)
    return [...result.values()]
  }
  return above
}
