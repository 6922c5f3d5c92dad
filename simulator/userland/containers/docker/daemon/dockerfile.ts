// Dockerfiles (buildkit/frontend/dockerfile/{parser,instructions}): lines, continuations, comments, JSON forms, flags, variables.
export interface Instruction {
  /** In capitals. */
  readonly name: string
  /** What follows the name, continuation lines joined. */
  readonly rest: string
  readonly line: number
  readonly flags: ReadonlyMap<string, string>
  /** The JSON form: `["a", "b"]`. */
  readonly json: readonly string[] | undefined
}
export interface DockerfileError {
  readonly error: string
}

const KNOWN = ['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR']
const JSON_FORMS = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'SHELL', 'COPY', 'ADD', 'VOLUME'])

function jsonForm(text: string): readonly string[] | undefined {
  if (!text.trim().startsWith('[')) return undefined
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) && value.every((v) => typeof v === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

/** One instruction from its whole line. */
export function parseInstruction(text: string, line: number): Instruction | DockerfileError {
  const trimmed = text.trim()
  const space = trimmed.search(/\s/)
  const name = (space < 0 ? trimmed : trimmed.slice(0, space)).toUpperCase()
  let rest = space < 0 ? '' : trimmed.slice(space).trim()
  if (!KNOWN.includes(name)) return { error: `dockerfile parse error line ${line}: unknown instruction: ${name}` }
  const flags = new Map<string, string>()
  if (['COPY', 'ADD', 'HEALTHCHECK', 'FROM', 'RUN'].includes(name)) {
    for (let m = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest); m !== null; m = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest)) {
      flags.set(m[1], m[2] ?? '')
      rest = rest.slice(m[0].length)
    }
  }
  const json = JSON_FORMS.has(name) ? jsonForm(rest) : name === 'HEALTHCHECK' ? jsonForm(rest.replace(/^CMD\s+/i, '')) : undefined
  return { name, rest, line, flags, json }
}

export function parseDockerfile(text: string): readonly Instruction[] | DockerfileError {
  const found: Instruction[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    if (/^\s*(?:#|$)/.test(lines[i])) continue
    const start = i
    let whole = lines[i]
    while (/\\[ \t]*$/.test(whole) && i + 1 < lines.length) {
      i += 1
      if (/^\s*#/.test(lines[i])) continue
      whole = whole.replace(/\\[ \t]*$/, '') + lines[i]
    }
    const instruction = parseInstruction(whole.replace(/\\[ \t]*$/, ''), start + 1)
    if ('error' in instruction) return instruction
    found.push(instruction)
  }
  return found.length === 0 ? { error: 'the Dockerfile (Dockerfile) cannot be empty' } : found
}

/** `$X`, `${X}`, `${X:-y}`, `${X:+y}` outside single quotes. */
export function expandVariables(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/'[^']*'|\\\$|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)/g, (all: string, braced?: string, sign?: string, word?: string, plain?: string) => {
    if (all.startsWith('\'')) return all
    if (all === '\\$') return '$'
    const value = env.get(braced ?? plain ?? '')
    if (sign === '-') return value === undefined || value === '' ? (word ?? '') : value
    if (sign === '+') return value === undefined || value === '' ? '' : (word ?? '')
    return value ?? ''
  })
}

/** Words with quotes taken off. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = []
  for (const [word] of text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g)) {
    words.push(word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) => double?.replace(/\\(.)/g, '$1') ?? single ?? escaped ?? ''))
  }
  return words
}

/** `K=V K2="V 2"`, or the old form `K V …`. */
export function parsePairs(rest: string): readonly (readonly [string, string])[] | undefined {
  const words = splitWords(rest)
  if (words.length === 0) return undefined
  if (!words[0].includes('=')) {
    const space = rest.search(/\s/)
    return space < 0 ? undefined : [[rest.slice(0, space), rest.slice(space).trim()]]
  }
  const pairs: (readonly [string, string])[] = []
  for (const word of words) {
    const eq = word.indexOf('=')
    if (eq < 0) return undefined
    pairs.push([word.slice(0, eq), word.slice(eq + 1)])
  }
  return pairs
}
