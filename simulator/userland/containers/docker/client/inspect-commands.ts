// docker inspect and the inspect commands of each kind of object (cli/command/inspect).
import type { Flow } from '../../../../abi/syscalls.ts'
import { Template } from '../template/execute.ts'
import { TemplateError } from '../template/lexer.ts'
import { fromJson } from '../template/value.ts'
import { type Cli, fail, path } from './cli.ts'
import { query, RequestError } from './connection.ts'
import { decodeStruct } from './go-types.ts'
import type { Flags } from './usage.ts'

export interface Kind {
  /** As the client calls it: `Error: No such KIND: x`. */
  readonly noun: string
  readonly go: string
  readonly url: (name: string, size: boolean) => string
}
const CONTAINER: Kind = { noun: 'container', go: 'ContainerJSON', url: (n, size) => `/containers/${path(n)}/json${query({ size })}` }
const IMAGE: Kind = { noun: 'image', go: 'ImageInspect', url: (n) => `/images/${path(n)}/json` }
const NETWORK: Kind = { noun: 'network', go: 'NetworkResource', url: (n) => `/networks/${path(n)}` }
const VOLUME: Kind = { noun: 'volume', go: 'Volume', url: (n) => `/volumes/${path(n)}` }
const BY_TYPE: Readonly<Record<string, Kind>> = { container: CONTAINER, image: IMAGE, network: NETWORK, volume: VOLUME }

/** json.Indent with four blanks. */
export const indentJson = (value: unknown): string => JSON.stringify(value, undefined, 4).replace(/\[\n\s*\]/g, '[]')

function* lookUp(cli: Cli, kinds: readonly Kind[], name: string, size: boolean): Flow<{ readonly json: unknown; readonly kind: Kind } | string> {
  for (const kind of kinds) {
    try {
      const { text } = yield* cli.api.request('GET', kind.url(name, size))
      return { json: JSON.parse(text) as unknown, kind }
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      if (!thrown.isNotFound) return thrown.message
    }
  }
  return `Error: No such ${kinds.length === 1 ? kinds[0].noun : 'object'}: ${name}`
}

function* inspectAll(cli: Cli, flags: Flags, kinds: readonly Kind[]): Flow<number> {
  const format = flags.text('format')
  const size = flags.bool('size')
  let template: Template | undefined
  try {
    if (format !== '') template = new Template(format)
  } catch (thrown) {
    if (thrown instanceof TemplateError) return yield* fail(cli, `template parsing error: ${thrown.message}`, 64)
    throw thrown
  }
  const found: unknown[] = []
  let text = ''
  const errors: string[] = []
  for (const name of flags.args) {
    const got = yield* lookUp(cli, kinds, name, size)
    if (typeof got === 'string') {
      errors.push(got)
      if (/^(Cannot connect|permission denied)/.test(got)) break
      continue
    }
    found.push(got.json)
    if (template === undefined) continue
    const rendered = render(template, got.json, got.kind)
    if (typeof rendered === 'string') text += `${rendered}\n`
    else {
      errors.push(`template parsing error: ${rendered.message}`)
      break
    }
  }
  if (template === undefined) yield* cli.c.stdout.write(`${found.length === 0 ? '[]' : indentJson(found)}\n`)
  else yield* cli.c.stdout.write(text === '' ? '\n' : text)
  return errors.length === 0 ? 0 : yield* fail(cli, errors.join('\n'))
}

/** The typed struct first; what it hasn't, from the JSON itself. */
function render(template: Template, json: unknown, kind: Kind): string | TemplateError {
  try {
    return template.execute(decodeStruct(kind.go, json, kind.go === 'ContainerJSON'))
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown
  }
  try {
    return template.execute(fromJson(json), { missingKeyIsError: true })
  } catch (thrown) {
    if (thrown instanceof TemplateError) return thrown
    throw thrown
  }
}

export function* inspectCommand(cli: Cli, flags: Flags): Flow<number> {
  const type = flags.text('type')
  if (type === '') return yield* inspectAll(cli, flags, [CONTAINER, IMAGE, NETWORK, VOLUME])
  const kind = BY_TYPE[type]
  if (kind === undefined) return yield* fail(cli, `${JSON.stringify(type)} is not a valid value for --type`)
  return yield* inspectAll(cli, flags, [kind])
}
export const inspectOf = (type: string) => (cli: Cli, flags: Flags): Flow<number> => inspectAll(cli, flags, [BY_TYPE[type]])
