// .env and env_file (compose-go/dotenv): NAME=value lines, `export` in front, quotes, comments, variables in what is not in single quotes.
import { ComposeError } from './error.ts'
import { substitute } from './interpolate.ts'

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

/** The variables of a file in its order; a NAME alone gets `outside`'s value, if there is one. @throws {ComposeError} */
export function parseDotenv(text: string, outside: (name: string) => string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const variables = { get: (name: string) => found.get(name) ?? outside(name), missing: () => undefined }
  let rest = text.replace(/\r\n/g, '\n')
  let line = 1
  for (;;) {
    const blank = /^(?:\s|#[^\n]*(?:\n|$))*/.exec(rest)?.[0] ?? ''
    line += blank.split('\n').length - 1
    rest = rest.slice(blank.length)
    if (rest === '') return found
    const head = /^(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(=|:(?=\s)|(?=\n|$))/.exec(rest)
    if (head === null) {
      const bad = /[^A-Za-z0-9_.=\n -]/.exec(rest.split('\n')[0])?.[0] ?? rest[0]
      throw new ComposeError(`line ${line}: unexpected character ${JSON.stringify(bad)} in variable name near ${JSON.stringify(rest)}`)
    }
    const [all, name, sign] = head
    rest = rest.slice(all.length)
    if (sign === '') {
      const value = outside(name)
      if (value !== undefined) found.set(name, value)
      continue
    }
    rest = rest.replace(/^[ \t]+/, '')
    const quoted = /^'([^']*)'|^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest)
    if (quoted === null && /^['"]/.test(rest)) throw new ComposeError(`line ${line}: unterminated quoted value ${rest.split('\n')[0]}`)
    if (quoted !== null) {
      const [matched, single, double] = quoted
      found.set(name, single ?? substitute(double.replace(/\\\$/g, '$$$$').replace(/\\([nrt"\\])/g, (_, c: string) => ESCAPES[c]), variables))
      line += matched.split('\n').length - 1
      rest = rest.slice(matched.length).replace(/^[^\n]*/, '')
    } else {
      const raw = /^[^\n]*/.exec(rest)?.[0] ?? ''
      found.set(name, substitute(raw.replace(/(?:^|\s)#.*$/, '').trim(), variables))
      rest = rest.slice(raw.length)
    }
  }
}
