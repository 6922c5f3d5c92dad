// Variables in a compose file (compose-go/template): $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}, ${NAME?message}, ${NAME:+other}, ${NAME+other}; $$ is a dollar.
import { isYamlList, isYamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { resolvePlain } from '../../../../lib/yaml-scalar.ts'
import { ComposeError } from './error.ts'

export interface Variables {
  readonly get: (name: string) => string | undefined
  /** A variable without a value or default was used. */
  readonly missing: (name: string) => void
}

class Invalid {
  readonly rest: string
  constructor(rest: string) {
    this.rest = rest
  }
}

/** The index of the brace that closes what was opened before `start`. */
function closing(text: string, start: number): number {
  let depth = 1
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('${', i)) depth += 1
    else if (text[i] === '}') {
      depth -= 1
      if (depth === 0) return i
    }
  }
  throw new Invalid(text.slice(start - 2))
}

function braced(content: string, whole: string, variables: Variables): string {
  const match = /^([_a-zA-Z][_a-zA-Z0-9]*)(?:(:?[-?+])([\s\S]*))?$/.exec(content)
  if (match === null) throw new Invalid(whole)
  const [, name, operator = '', word = ''] = match
  const value = variables.get(name)
  const isThere = operator.startsWith(':') ? (value ?? '') !== '' : value !== undefined
  switch (operator.slice(-1)) {
    case '-': return isThere ? (value ?? '') : substitute(word, variables)
    case '+': return isThere ? substitute(word, variables) : ''
    case '?':
      if (!isThere) throw new ComposeError(`required variable ${name} is missing a value${word === '' ? '' : `: ${substitute(word, variables)}`}`)
      return value ?? ''
    default:
      if (value === undefined) variables.missing(name)
      return value ?? ''
  }
}

/** A text with its variables filled in. @throws {ComposeError} for a required one; for a mistake Invalid, which `interpolate` words. */
export function substitute(text: string, variables: Variables): string {
  let out = ''
  for (let i = 0; i < text.length;) {
    if (text[i] !== '$') {
      out += text[i]
      i += 1
    } else if (text[i + 1] === '$') {
      out += '$'
      i += 2
    } else if (text[i + 1] === '{') {
      const end = closing(text, i + 2)
      out += braced(text.slice(i + 2, end), text.slice(i, end + 1), variables)
      i = end + 1
    } else {
      const name = /^[_a-zA-Z][_a-zA-Z0-9]*/.exec(text.slice(i + 1))?.[0]
      if (name === undefined) throw new Invalid(text.slice(i))
      const value = variables.get(name)
      if (value === undefined) variables.missing(name)
      out += value ?? ''
      i += 1 + name.length
    }
  }
  return out
}

/** Keys whose values are numbers or switches: a variable there is read as one. */
const TYPED = /(?:^|\.)(?:privileged|read_only|init|tty|stdin_open|external|internal|attachable|enable_ipv6|replicas|pids_limit|cpu_shares|cpu_quota|cpu_period|cpus|retries|disable|scale|oom_score_adj|oom_kill_disable|mem_swappiness|nocopy|required|published|target|soft|hard|nproc)$/

/** All values below a path, keys as they are. @throws {ComposeError} naming the path */
export function interpolate(value: YamlValue, path: string, variables: Variables): YamlValue {
  if (isYamlMap(value)) return new Map([...value].map(([key, item]) => [key, interpolate(item, path === '' ? key : `${path}.${key}`, variables)]))
  if (isYamlList(value)) return value.map((item, index) => interpolate(item, `${path}.[${index}]`, variables))
  if (typeof value !== 'string' || !value.includes('$')) return value
  try {
    const text = substitute(value, variables)
    return TYPED.test(path) ? resolvePlain(text) : text
  } catch (thrown) {
    if (thrown instanceof ComposeError) throw new ComposeError(`error while interpolating ${path}: ${thrown.message}`)
    if (thrown instanceof Invalid) throw new ComposeError(`invalid interpolation format for ${path}.\nYou may need to escape any $ with another $.\n${value}`)
    throw thrown
  }
}
