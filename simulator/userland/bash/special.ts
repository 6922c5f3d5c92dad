// Parameters that are computed: $? $$ $# $@ and variables such as LINENO, RANDOM, SECONDS, BASHPID, FUNCNAME.
import type { Shell } from './state.ts'
import type { Variable } from './variables.ts'
import { commandText } from './printer.ts'
import { newVariable } from './variables.ts'

/** The option letters of $-. */
export function optionLetters(sh: Shell): string {
  const on = (name: string): boolean => sh.options.has(name)
  const letters: [string, boolean][] = [
    ['a', on('allexport')], ['b', on('notify')], ['e', on('errexit')], ['f', on('noglob')], ['h', on('hashall')], ['i', sh.interactive], ['k', on('keyword')],
    ['m', on('monitor')], ['n', on('noexec')], ['p', on('privileged')], ['r', on('restricted')], ['t', on('onecmd')], ['u', on('nounset')], ['v', on('verbose')], ['x', on('xtrace')],
    ['B', on('braceexpand')], ['C', on('noclobber')], ['E', on('errtrace')], ['H', on('histexpand')], ['P', on('physical')], ['T', on('functrace')],
    ['c', sh.commandString], ['s', sh.readingStdin],
  ]
  if (!sh.bash) return letters.filter(([c, v]) => v && 'aefimnuvxCs'.includes(c)).map(([c]) => c).join('')
  return letters.filter(([, v]) => v).map(([c]) => c).join('')
}

/** Bash's generator: Park and Miller's, 15 bits shown. */
function nextRandom(sh: Shell): number {
  sh.random = (sh.random * 16807) % 2147483647
  return (sh.random ^ (sh.random >>> 16)) & 32767
}

/** The array a call-stack variable stands for, innermost first. */
function stackArray(sh: Shell, name: string): string[] | undefined {
  const frames = [...sh.frames].reverse()
  if (name === 'FUNCNAME') return sh.functionDepth > 0 ? frames.map((f) => f.name) : []
  if (name === 'BASH_SOURCE') return frames.map((f) => f.source)
  return frames.map((f) => String(f.callLine))
}

const STACKS = new Set(['FUNCNAME', 'BASH_SOURCE', 'BASH_LINENO'])
const DYNAMIC = new Set(['BASH_ARGC', 'BASH_ARGV', 'BASH_ALIASES', 'BASH_CMDS', 'BASH_ARGV0', 'LINENO', 'RANDOM', 'SRANDOM', 'SECONDS', 'EPOCHSECONDS', 'EPOCHREALTIME', 'BASHPID', 'BASH_SUBSHELL', 'BASH_COMMAND', 'DIRSTACK', 'PIPESTATUS', 'GROUPS', 'BASHOPTS', 'SHELLOPTS', 'HISTCMD', ...STACKS])

/** Computed variables that `declare -a` and `readonly` list: most are made up only when they are read. */
export function listedVariable(sh: Shell, name: string): Variable | undefined {
  if (name === 'SHELLOPTS' || name === 'BASHOPTS' || name === 'PIPESTATUS') return lookup(sh, name)
  if (name === 'BASH_LINENO' || name === 'BASH_SOURCE') return lookup(sh, name) ?? { ...newVariable(), indexed: new Map() }
  if (name === 'BASH_ALIASES' || name === 'BASH_CMDS') return lookup(sh, name)
  if (LISTED_INTEGERS.has(name)) return { ...newVariable(), integer: true }
  if (name === 'FUNCNAME') return { ...newVariable(), indexed: new Map(), local: true }
  return LISTED_ARRAYS.has(name) ? { ...newVariable(), indexed: new Map() } : undefined
}
const LISTED_ARRAYS = new Set(['BASH_ARGC', 'BASH_ARGV', 'BASH_LINENO', 'BASH_SOURCE', 'DIRSTACK', 'GROUPS'])
const LISTED_INTEGERS = new Set(['BASHPID', 'HISTCMD', 'RANDOM', 'SRANDOM'])
export const LISTED: readonly string[] = [...LISTED_ARRAYS, ...LISTED_INTEGERS, 'BASHOPTS', 'BASH_ALIASES', 'BASH_CMDS', 'FUNCNAME', 'PIPESTATUS', 'SHELLOPTS']

export const isDynamic = (name: string): boolean => DYNAMIC.has(name)

/** The variable of that name, computed ones included. */
export function lookup(sh: Shell, name: string): Variable | undefined {
  if (!sh.bash || !DYNAMIC.has(name)) return sh.vars.find(name)
  const fromArray = (values: readonly string[]): Variable => ({ ...newVariable(), indexed: new Map(values.map((v, i) => [i, v])) })
  if (STACKS.has(name)) {
    const values = stackArray(sh, name) ?? []
    return values.length === 0 ? undefined : fromArray(values)
  }
  if (name === 'BASH_ARGC') return fromArray([String(sh.params.length)])
  if (name === 'BASH_ARGV') return fromArray([...sh.params].reverse())
  if (name === 'BASH_ALIASES') return { ...newVariable(), assoc: new Map(sh.aliases) }
  if (name === 'BASH_CMDS') return { ...newVariable(), assoc: new Map([...sh.hash].map(([k, v]) => [k, v.path])) }
  if (name === 'GROUPS') return fromArray(sh.groups.map(String))
  if (name === 'PIPESTATUS') return fromArray(sh.pipeStatus.map(String))
  if (name === 'DIRSTACK') return fromArray([sh.cwd, ...sh.dirStack])
  const value = dynamicValue(sh, name)
  return value === undefined ? sh.vars.find(name) : { ...newVariable(value), readonly: name === 'SHELLOPTS' || name === 'BASHOPTS' }
}

function dynamicValue(sh: Shell, name: string): string | undefined {
  switch (name) {
    case 'LINENO': return String(sh.line)
    case 'RANDOM': return String(nextRandom(sh))
    case 'SRANDOM': return String(nextRandom(sh) * 131072 + nextRandom(sh))
    case 'SECONDS': return String(Math.max(0, Math.floor(sh.now) - sh.startSeconds))
    case 'EPOCHSECONDS': return String(Math.floor(sh.now))
    case 'EPOCHREALTIME': return sh.now.toFixed(6)
    case 'BASHPID': return String(sh.bashPid)
    case 'BASH_SUBSHELL': return String(sh.subshellLevel)
    case 'HISTCMD': return String(sh.historyBase + sh.historyList.length)
    case 'SHELLOPTS': return [...sh.options].filter((o) => o !== 'restricted').sort().join(':')
    case 'BASHOPTS': return [...sh.shopts].filter(([, v]) => v).map(([k]) => k).join(':')
    case 'BASH_ARGV0': return sh.arg0
    case 'BASH_COMMAND': return typeof sh.currentCommand === 'string' ? sh.currentCommand : commandText(sh.currentCommand)
    default: return undefined
  }
}

/** Does reading this parameter depend on the clock? Then the caller refreshes sh.now first. */
export const needsClock = (name: string): boolean => name === 'SECONDS' || name === 'EPOCHSECONDS' || name === 'EPOCHREALTIME'

/** Value of a parameter without subscript: $x, $1, $?, … Lists ($@, $*) are joined with blanks. */
export function parameterValue(sh: Shell, name: string): string | undefined {
  const c = name.charCodeAt(0)
  if (c >= 48 && c <= 57) {
    const n = Number(name)
    return n === 0 ? sh.arg0 : sh.params[n - 1]
  }
  if (name.length === 1) {
    switch (name) {
      case '?': return String(sh.status)
      case '$': return String(sh.pid)
      case '#': return String(sh.params.length)
      case '!': return sh.lastBackground === undefined ? undefined : String(sh.lastBackground)
      case '-': return optionLetters(sh)
      case '@':
      case '*': return sh.params.length === 0 ? undefined : sh.params.join(' ')
      case '_': return sh.lastArgument
      default: break
    }
  }
  if (sh.bash && DYNAMIC.has(name)) {
    const v = lookup(sh, name)
    return v?.indexed ? v.indexed.get(0) : v?.value
  }
  return sh.vars.get(name)
}
