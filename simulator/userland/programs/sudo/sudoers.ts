// sudoers(5): who may run what as whom. Aliases, Defaults, tags, includes; the last matching rule decides.
// Simpler: no netgroups, no digests, no Defaults bound to a user, host or command; commands match by path, directory or shell pattern.
import { fnmatch } from '../../../lib/fnmatch.ts'

export interface Command {
  readonly path: string
  readonly negated: boolean
  readonly noPassword: boolean
}
export interface Rule {
  readonly users: readonly string[]
  readonly hosts: readonly string[]
  /** Undefined: root only. */
  readonly runasUsers: readonly string[] | undefined
  readonly runasGroups: readonly string[] | undefined
  readonly commands: readonly Command[]
}
export interface Sudoers {
  /** In order; flags are `name` or `!name`, values `name=value`. */
  readonly defaults: string[]
  readonly rules: Rule[]
  readonly aliases: Map<string, readonly string[]>
}

export const emptySudoers = (): Sudoers => ({ defaults: [], rules: [], aliases: new Map() })

/** Splits at separators that are neither escaped nor in quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = ['']
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') parts.push(`${parts.pop() ?? ''}${text[i]}${text[++i] ?? ''}`)
    else {
      if (text[i] === '"') quoted = !quoted
      if (text[i] === separator && !quoted) parts.push('')
      else parts.push((parts.pop() ?? '') + text[i])
    }
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

const unquote = (text: string): string => text.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1')

export type Include = { readonly file: string } | { readonly dir: string }

/** Adds a file's lines to `into`; answers what it includes, in order. A line that can't be read is given to `bad`. */
export function parseSudoers(text: string, into: Sudoers, bad: (line: number) => void): Include[] {
  const includes: Include[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const start = i + 1
    let line = lines[i]
    while (line.endsWith('\\') && i + 1 < lines.length) line = line.slice(0, -1) + lines[++i]
    const include = /^\s*[@#]include(dir)?\s+(.+?)\s*$/.exec(line)
    if (include) {
      includes.push(include[1] === undefined ? { file: unquote(include[2]) } : { dir: unquote(include[2]) })
      continue
    }
    line = line.replace(/#(?!\d).*/, '').trim()
    if (line !== '' && !parseLine(line, into)) bad(start)
  }
  return includes
}

function parseLine(line: string, into: Sudoers): boolean {
  const defaults = /^Defaults\s+(.*)$/.exec(line)
  if (defaults) {
    for (const word of split(defaults[1], ',')) into.defaults.push(unquote(word.replace(/\s*(\+=|-=|=)\s*/, '$1')).replace(/="(.*)"$/, '=$1'))
    return true
  }
  if (/^Defaults[@:!>]/.test(line)) return true
  const alias = /^(?:User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/.exec(line)
  if (alias) {
    for (const definition of split(alias[1], ':')) {
      const [name, list = ''] = definition.split(/\s*=\s*/)
      into.aliases.set(name, split(list, ','))
    }
    return true
  }
  const rule = /^(.*?[^\s,])\s+([^\s=]+(?:\s*,\s*[^\s=]+)*)\s*=\s*(.*)$/.exec(line)
  if (!rule) return false
  into.rules.push(...parseCommands(split(rule[1], ','), split(rule[2], ','), rule[3]))
  return true
}

/** `(runas) TAG: command, command, …`: what stands before a command also holds for those after it. */
function parseCommands(users: readonly string[], hosts: readonly string[], text: string): Rule[] {
  const rules: Rule[] = []
  let runasUsers: string[] | undefined
  let runasGroups: string[] | undefined
  let noPassword = false
  for (const part of split(text.replace(/\(([^)]*)\)/g, (_, inner: string) => `(${inner.replace(/,/g, '\x01')})`), ',')) {
    let rest = part.replaceAll('\x01', ',')
    const runas = /^\(([^):]*)(?::([^)]*))?\)\s*/.exec(rest)
    if (runas) {
      runasUsers = split(runas[1], ',')
      runasGroups = runas[2] === undefined ? undefined : split(runas[2], ',')
      rest = rest.slice(runas[0].length)
    }
    for (let tag = /^([A-Z_]+):\s*/.exec(rest); tag; tag = /^([A-Z_]+):\s*/.exec(rest)) {
      if (tag[1] === 'NOPASSWD') noPassword = true
      if (tag[1] === 'PASSWD') noPassword = false
      rest = rest.slice(tag[0].length)
    }
    const negated = rest.startsWith('!')
    const command: Command = { path: negated ? rest.slice(1).trim() : rest, negated, noPassword }
    const last = rules.at(-1)
    if (last && last.runasUsers === runasUsers && last.runasGroups === runasGroups) rules[rules.length - 1] = { ...last, commands: [...last.commands, command] }
    else rules.push({ users, hosts, runasUsers, runasGroups, commands: [command] })
  }
  return rules
}

/** The value of a Defaults word: undefined if unset, '' for a flag that is on. */
export function defaultValue(s: Sudoers, name: string): string | undefined {
  const word = s.defaults.findLast((d) => d === name || d === `!${name}` || d.startsWith(`${name}=`))
  return word === undefined || word.startsWith('!') ? undefined : word.slice(name.length + 1)
}

export interface Asker {
  readonly user: string
  readonly uid: number
  readonly groups: readonly string[]
  readonly host: string
}

function inList(s: Sudoers, list: readonly string[], test: (word: string) => boolean): boolean {
  let found = false
  for (const raw of list) {
    const negated = raw.startsWith('!')
    const word = negated ? raw.slice(1) : raw
    const alias = s.aliases.get(word)
    if (word === 'ALL' || test(word) || (alias !== undefined && inList(s, alias, test))) found = !negated
  }
  return found
}

const isUser = (a: Asker) => (word: string): boolean => word === a.user || word === `#${a.uid}` || (word.startsWith('%') && a.groups.includes(word.slice(1)))

/** The rules that speak about the asker on this host. */
export const rulesFor = (s: Sudoers, a: Asker): Rule[] =>
  s.rules.filter((rule) => inList(s, rule.users, isUser(a)) && inList(s, rule.hosts, (h) => h === a.host || h === '127.0.0.1'))

export interface Wanted {
  /** Target user's name; undefined if only a group was asked for. */
  readonly runasUser: string
  readonly runasUid: number
  readonly runasGroup: string | undefined
  readonly path: string
  readonly args: readonly string[]
}

/** The last command that matches decides; undefined if none does or it is forbidden. */
export function findCommand(s: Sudoers, a: Asker, want: Wanted): Command | undefined {
  let decision: Command | undefined
  for (const rule of rulesFor(s, a)) {
    const user = inList(s, rule.runasUsers ?? ['root'], (word) => word === want.runasUser || word === `#${want.runasUid}`)
    const group = want.runasGroup === undefined || (rule.runasGroups !== undefined && inList(s, rule.runasGroups, (word) => word === want.runasGroup))
    if (!(user || (want.runasGroup !== undefined && want.runasUser === a.user)) || !group) continue
    for (const command of rule.commands) if (inList(s, [command.path], (word) => matchesCommand(word, want))) decision = command
  }
  return decision?.negated ? undefined : decision
}

function matchesCommand(word: string, want: Wanted): boolean {
  const [path, ...args] = split(word, ' ')
  if (path === undefined) return false
  if (path.endsWith('/')) return want.path.startsWith(path) && !want.path.slice(path.length).includes('/')
  if (!fnmatch(path, want.path)) return false
  if (args.length === 0) return true
  return args.join(' ') === '""' ? want.args.length === 0 : fnmatch(args.join(' '), want.args.join(' '))
}
