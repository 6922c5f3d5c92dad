// socat's addresses: `KEYWORD:parameter:…,option,option=value`.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import type { Diagnostics } from './diagnostics.ts'
import { parseOptions } from './options.ts'

export type Kind =
  | 'stdio' | 'stdin' | 'stdout' | 'fd' | 'open' | 'create' | 'pipe' | 'exec' | 'system' | 'tcp' | 'tcp-listen' | 'udp' | 'udp-listen' | 'udp-recv' | 'unix-connect' | 'unix-listen' | 'abstract-connect' | 'abstract-listen'
export interface Address {
  readonly kind: Kind
  readonly family: 'inet' | 'inet6' | undefined
  readonly parameters: readonly string[]
  readonly options: ReadonlyMap<string, string>
  readonly keyword: string
}
interface Keyword { readonly kind: Kind; readonly family?: 'inet' | 'inet6'; readonly count: number }

const both = (kind: Kind, count: number, names: readonly string[]): readonly (readonly [string, Keyword])[] => names.map((name) => [name, { kind, count }])
const inet = (kind: Kind, count: number, stem: string, ends: readonly string[]): readonly (readonly [string, Keyword])[] =>
  ends.flatMap((end) => [[`${stem}${end}`, { kind, count }], [`${stem}4${end}`, { kind, count, family: 'inet' }], [`${stem}6${end}`, { kind, count, family: 'inet6' }]] as const)
const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...both('stdio', 0, ['-', 'STDIO']), ...both('stdin', 0, ['STDIN']), ...both('stdout', 0, ['STDOUT', 'STDERR']), ...both('fd', 1, ['FD']), ...both('open', 1, ['OPEN', 'FILE', 'GOPEN']), ...both('create', 1, ['CREATE', 'CREAT']),
  ...both('pipe', 0, ['PIPE', 'FIFO', 'ECHO']), ...both('exec', 1, ['EXEC']), ...both('system', 1, ['SYSTEM']), ...inet('tcp', 2, 'TCP', ['', '-CONNECT']), ...inet('tcp-listen', 1, 'TCP', ['-LISTEN', '-L']),
  ...inet('udp', 2, 'UDP', ['', '-CONNECT', '-SENDTO', '-DATAGRAM']), ...inet('udp-listen', 1, 'UDP', ['-LISTEN', '-L', '-RECVFROM']), ...inet('udp-recv', 1, 'UDP', ['-RECV']),
  ...both('unix-connect', 1, ['UNIX-CONNECT', 'UNIX', 'UNIX-CLIENT', 'LOCAL']), ...both('unix-listen', 1, ['UNIX-LISTEN', 'UNIX-L']), ...both('abstract-connect', 1, ['ABSTRACT-CONNECT', 'ABSTRACT', 'ABSTRACT-CLIENT']),
  ...both('abstract-listen', 1, ['ABSTRACT-LISTEN', 'ABSTRACT-L']),
])
const TAKES_REST: ReadonlySet<Kind> = new Set(['exec', 'system', 'open', 'create', 'unix-connect', 'unix-listen', 'abstract-connect', 'abstract-listen'])

/** Cuts at a character outside quotes and brackets; a backslash protects the next one. */
function split(text: string, at: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let quote = ''
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]
    if (ch === '\\' && i + 1 < text.length) part += text[++i]
    else if (quote !== '') {
      if (ch === quote) quote = ''
      else part += ch
    } else if (ch === '"' || ch === "'") quote = ch
    else if (ch === at && depth === 0) {
      parts.push(part)
      part = ''
    } else {
      if (ch === '[') depth++
      if (ch === ']') depth--
      part += ch
    }
  }
  return [...parts, part]
}

/** `preferred`: of the protocol version when the address doesn't say one (-4, -6). */
export function* parseAddress(c: Crt, text: string, d: Diagnostics, preferred: Address['family']): Flow<Address> {
  const [head, ...options] = split(text, ',')
  const colon = head.indexOf(':')
  const word = (colon < 0 ? head : head.slice(0, colon)).toUpperCase()
  const known = KEYWORDS.get(word)
  if (known === undefined && !/^\d+$/.test(head) && !head.includes('/')) return yield* d.fail(`unknown device/address "${colon < 0 ? head : head.slice(0, colon)}"`)
  const parsed = yield* parseOptions(c, options, d)
  if (known === undefined) {
    if (/^\d+$/.test(head)) return { kind: 'fd', family: undefined, parameters: [head], options: parsed, keyword: 'FD' }
    return { kind: 'open', family: undefined, parameters: [head], options: parsed, keyword: 'GOPEN' }
  }
  const rest = colon < 0 ? undefined : head.slice(colon + 1)
  const parameters = rest === undefined ? [] : TAKES_REST.has(known.kind) ? [rest] : split(rest, ':')
  if (parameters.length !== known.count && !(known.kind === 'pipe' && parameters.length === 1)) {
    return yield* d.fail(`${word}: wrong number of parameters (${parameters.length} instead of ${known.count})`)
  }
  return { kind: known.kind, family: known.family ?? preferred, parameters, options: parsed, keyword: word }
}
