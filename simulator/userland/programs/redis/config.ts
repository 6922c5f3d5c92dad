// The settings of redis-server: from a configuration file, from `--name value` on the command line, by CONFIG SET. Values of which nothing would come here are refused by name.
import { splitWords } from './resp.ts'
import { DATABASES } from './store.ts'

export interface Setting {
  readonly value: string
  /** CONFIG SET takes it. */
  readonly mutable?: boolean
  /** Protected: CONFIG SET refuses it unless enable-protected-configs. */
  readonly guarded?: boolean
}

/** Every known name with its default. */
const DEFAULTS: Readonly<Record<string, Setting>> = {
  'bind': { value: '* -::*' }, 'port': { value: '6379' }, 'dir': { value: '', guarded: true, mutable: true }, 'dbfilename': { value: 'dump.rdb', guarded: true, mutable: true },
  'save': { value: '3600 1 300 100 60 10000', mutable: true }, 'maxmemory': { value: '0', mutable: true }, 'maxmemory-policy': { value: 'noeviction', mutable: true },
  'requirepass': { value: '', mutable: true }, 'masterauth': { value: '', mutable: true }, 'appendonly': { value: 'no' }, 'protected-mode': { value: 'no', mutable: true }, 'loglevel': { value: 'notice', mutable: true },
  'logfile': { value: '' }, 'daemonize': { value: 'no' }, 'pidfile': { value: '' }, 'databases': { value: '16' }, 'timeout': { value: '0', mutable: true }, 'tcp-backlog': { value: '511' },
  'tcp-keepalive': { value: '300', mutable: true }, 'maxclients': { value: '10000', mutable: true }, 'unixsocket': { value: '' }, 'rdbcompression': { value: 'yes', mutable: true },
  'rdbchecksum': { value: 'yes' }, 'stop-writes-on-bgsave-error': { value: 'yes', mutable: true }, 'appendfsync': { value: 'everysec', mutable: true }, 'hz': { value: '10', mutable: true },
  'always-show-logo': { value: 'no' }, 'supervised': { value: 'no' }, 'enable-debug-command': { value: 'no' }, 'enable-protected-configs': { value: 'no' }, 'lazyfree-lazy-user-del': { value: 'no', mutable: true },
}
const YES_NO = ['appendonly', 'protected-mode', 'daemonize', 'rdbcompression', 'rdbchecksum', 'stop-writes-on-bgsave-error', 'always-show-logo', 'lazyfree-lazy-user-del']
const POLICIES = ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction']
const NUMBERS = ['port', 'databases', 'timeout', 'tcp-backlog', 'tcp-keepalive', 'maxclients', 'hz']
/** Real, and of use here with this value only: what another one asks for nobody would do. (Those left out ask for nothing that is seen here: probes on idle connections, packed snapshots.) */
const ONLY: ReadonlyMap<string, string> = new Map([
  ['appendonly', 'no'], ['daemonize', 'no'], ['unixsocket', ''], ['protected-mode', 'no'], ['loglevel', 'notice'], ['databases', String(DATABASES)], ['timeout', '0'], ['supervised', 'no'],
  ['enable-debug-command', 'no'], ['maxmemory-policy', 'noeviction'],
])
const UNITS: Readonly<Record<string, number>> = { '': 1, 'b': 1, 'k': 1000, 'kb': 1024, 'm': 1000000, 'mb': 1048576, 'g': 1000000000, 'gb': 1073741824 }

/** A line that makes no sense, as redis-server reports it before it ends. */
export class ConfigProblem {
  readonly line: number
  readonly text: string
  readonly why: string
  constructor(line: number, text: string, why: string) {
    this.line = line
    this.text = text
    this.why = why
  }
}
/** A real setting that does nothing here. */
export class UnsimulatedSetting {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

export class Settings {
  readonly #values = new Map(Object.entries(DEFAULTS).map(([name, { value }]) => [name, value]))
  #savesAreOwn = false

  text(name: string): string {
    return this.#values.get(name) ?? ''
  }
  number(name: string): number {
    return Number(this.text(name))
  }
  is(name: string): boolean {
    return this.text(name) === 'yes'
  }
  get names(): readonly string[] {
    return [...this.#values.keys()]
  }
  has(name: string): boolean {
    return this.#values.has(name)
  }
  setting(name: string): Setting | undefined {
    return DEFAULTS[name]
  }

  /** Lines of a file, then of the command line. @throws {ConfigProblem} @throws {UnsimulatedSetting} */
  read(lines: readonly string[]): void {
    for (const [i, line] of lines.entries()) {
      const text = line.trim()
      if (text === '' || text.startsWith('#')) continue
      const words = splitWords(text)
      if (words === undefined) throw new ConfigProblem(i + 1, text, 'Unbalanced quotes in configuration line')
      const [name, ...values] = words
      const key = name.toLowerCase()
      if (!this.has(key) || values.length === 0) throw new ConfigProblem(i + 1, text, 'Bad directive or wrong number of arguments')
      if (key === 'save') this.#addSave(values)
      else {
        const why = this.set(key, values.join(' '))
        if (why !== undefined) throw new ConfigProblem(i + 1, text, why)
      }
    }
  }
  #addSave(values: readonly string[]): void {
    const points = values.join(' ')
    this.#values.set('save', this.#savesAreOwn && points !== '' ? `${this.text('save')} ${points}`.trim() : points)
    this.#savesAreOwn = true
  }

  /** Answers what is wrong with the value. @throws {UnsimulatedSetting} */
  set(name: string, value: string): string | undefined {
    if (YES_NO.includes(name) && !/^(yes|no)$/i.test(value)) return "argument must be 'yes' or 'no'"
    if (name === 'maxmemory-policy' && !POLICIES.includes(value.toLowerCase())) return `argument(s) must be one of the following: ${POLICIES.join(', ')}`
    if (NUMBERS.includes(name) && !/^\d+$/.test(value)) return "argument couldn't be parsed into an integer"
    let kept = YES_NO.includes(name) ? value.toLowerCase() : value
    if (name === 'maxmemory') {
      const [, digits, unit] = /^(\d+)([a-z]*)$/i.exec(value) ?? []
      const factor = UNITS[(unit ?? '').toLowerCase()]
      if (digits === undefined || factor === undefined) return 'argument must be a memory value'
      kept = String(Number(digits) * factor)
    }
    if (name === 'save' && !/^(\d+ \d+)?( \d+ \d+)*$/.test(value)) return 'Invalid save parameters'
    const only = ONLY.get(name)
    if (only !== undefined && kept.toLowerCase() !== only) throw new UnsimulatedSetting(`the setting ${name} ${value}`)
    this.#values.set(name, kept)
    return undefined
  }

  /** A value that has been in force before. */
  restore(name: string, value: string): void {
    this.#values.set(name, value)
  }

  /** After so many seconds if so many changes. */
  get savePoints(): readonly { readonly seconds: number; readonly changes: number }[] {
    const words = this.text('save').split(' ').filter((word) => word !== '').map(Number)
    return words.flatMap((seconds, i) => (i % 2 === 0 ? [{ seconds, changes: words[i + 1] }] : []))
  }
}
