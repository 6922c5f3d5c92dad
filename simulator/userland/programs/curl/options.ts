// curl's command line (tool_getparam.c): its own parser, since short options may be joined and long ones are cut short or negated (`--no-…`).
import { isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes, EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { close, open, readToEnd } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'

interface OptionSpec { readonly long: string; readonly short?: string; readonly hasArgument?: boolean; readonly isUnsimulated?: boolean }
const plain = (long: string, short?: string): OptionSpec => ({ long, short })
const value = (long: string, short?: string): OptionSpec => ({ long, short, hasArgument: true })
const missing = (long: string, short?: string, hasArgument = false): OptionSpec => ({ long, short, hasArgument, isUnsimulated: true })
/**
 * Taken, and rightly without an effect: what they switch is so here anyway. No TLS whose certificates could be wrong (-k), no proxies, no patterns in URLs (-g), no ~/.curlrc (-q),
 * HTTP/1.1 alone, no probes on idle connections, every write sent at once, no bold headers.
 */
const HARMLESS: readonly OptionSpec[] = [
  plain('globoff', 'g'), plain('insecure', 'k'), plain('disable', 'q'), value('noproxy'), plain('keepalive'), plain('tcp-nodelay'), plain('buffer'), plain('styled-output'), plain('http1.1'),
]
const SPECS: readonly OptionSpec[] = [
  ...HARMLESS,
  plain('http1.0', '0'), plain('ipv4', '4'), plain('ipv6', '6'), value('user-agent', 'A'), value('cookie', 'b'), missing('cookie-jar', 'c', true), value('data', 'd'), value('data-ascii'),
  value('data-binary'), value('data-raw'), value('data-urlencode'), value('json'), value('dump-header', 'D'), value('referer', 'e'), missing('cert', 'E', true), plain('fail', 'f'), plain('fail-with-body'),
  missing('form', 'F', true), plain('get', 'G'), plain('help', 'h'), value('header', 'H'), plain('include', 'i'), plain('head', 'I'), missing('config', 'K', true),
  plain('location', 'L'), plain('location-trusted'), value('max-time', 'm'), value('connect-timeout'), value('max-redirs'), plain('no-buffer', 'N'), value('output', 'o'), plain('remote-name', 'O'),
  value('output-dir'), plain('create-dirs'), value('range', 'r'), plain('silent', 's'), plain('show-error', 'S'), value('upload-file', 'T'), value('user', 'u'), plain('verbose', 'v'),
  plain('version', 'V'), value('write-out', 'w'), missing('proxy', 'x', true), value('request', 'X'), missing('time-cond', 'z', true), missing('progress-bar', '#'), plain('progress-meter'),
  value('resolve'), missing('connect-to', undefined, true), value('interface'), missing('local-port', undefined, true), value('unix-socket'), value('abstract-unix-socket'), value('url'), plain('compressed'), missing('raw'),
  value('retry'), value('retry-delay'), missing('retry-max-time', undefined, true), plain('retry-connrefused'), plain('retry-all-errors'), missing('parallel', 'Z'), missing('next', ':'),
  missing('stderr', undefined, true), missing('max-filesize', undefined, true), missing('cacert', undefined, true), missing('limit-rate', undefined, true), missing('trace', undefined, true), missing('trace-ascii', undefined, true),
]
export const OPTIONS: OptionTable = {
  short: '', long: SPECS.map((s) => ({ name: s.long, arg: s.hasArgument === true ? 'required' : 'none', ...(s.isUnsimulated === true ? { unsimulated: true } : {}) })),
}

export interface CurlOptions {
  readonly urls: readonly string[]
  /** -o and -O in their order, one for each URL; `true`: the name in the URL. */
  readonly outputs: readonly (string | true)[]
  readonly headers: readonly string[]
  readonly resolve: readonly string[]
  readonly data: Uint8Array | undefined
  readonly isJson: boolean
  has(name: string): boolean
  get(name: string): string | undefined
}

const TRY_HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n"
export function* badUsage(c: Crt, message: string): Flow<never> {
  yield* c.stderr.write(`${message === '' ? '' : `curl: ${message}\n`}${TRY_HELP}`)
  return exit(2)
}

/** A data argument: text, or the content of `@file`. Without `keeps` line ends are taken out of files. */
function* dataOf(c: Crt, text: string, keeps: boolean): Flow<Uint8Array> {
  if (!text.startsWith('@')) return encodeUtf8(text)
  const name = text.slice(1)
  const fd = name === '-' ? 0 : yield* open(name, O_RDONLY)
  if (isErr(fd)) {
    yield* c.stderr.write(`Warning: Couldn't read data from file "${name}", this makes an empty POST.\n`)
    return EMPTY_BYTES
  }
  const data = yield* readToEnd(fd)
  if (fd !== 0) yield* close(fd)
  if (isErr(data)) return EMPTY_BYTES
  return keeps ? data : data.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0)
}
/** Spaces become `+`, as in forms. */
const urlEncode = (text: string): string =>
  [...encodeUtf8(text)].map((b) => (b === 0x20 ? '+' : /[A-Za-z0-9\-._~]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) : `%${b.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
function urlEncoded(text: string): string {
  const eq = text.indexOf('=')
  return eq < 0 ? urlEncode(text) : `${eq === 0 ? '' : `${text.slice(0, eq)}=`}${urlEncode(text.slice(eq + 1))}`
}

class Collector {
  readonly values = new Map<string, string>()
  readonly urls: string[] = []
  readonly outputs: (string | true)[] = []
  readonly headers: string[] = []
  readonly resolve: string[] = []
  isJson = false
  #data: Uint8Array | undefined

  *take(c: Crt, { long }: OptionSpec, argument: string): Flow<void> {
    switch (long) {
      case 'output': this.outputs.push(argument); break
      case 'remote-name': this.outputs.push(true); break
      case 'header': this.headers.push(argument); break
      case 'resolve': this.resolve.push(argument); break
      case 'url': this.urls.push(argument); break
      case 'data': case 'data-ascii': this.#append(yield* dataOf(c, argument, false), '&'); break
      case 'data-binary': this.#append(yield* dataOf(c, argument, true), '&'); break
      case 'data-raw': this.#append(encodeUtf8(argument), '&'); break
      case 'data-urlencode': this.#append(encodeUtf8(urlEncoded(argument)), '&'); break
      case 'json':
        this.isJson = true
        this.#append(yield* dataOf(c, argument, true), '')
    }
    this.values.set(long, argument)
  }
  #append(data: Uint8Array, joint: string): void {
    this.#data = this.#data === undefined ? data : concatBytes([this.#data, encodeUtf8(joint), data])
  }
  finish(): CurlOptions {
    const { values } = this
    return { urls: this.urls, outputs: this.outputs, headers: this.headers, resolve: this.resolve, data: this.#data, isJson: this.isJson, has: (name) => values.has(name), get: (name) => values.get(name) }
  }
}

function findLong(typed: string): OptionSpec | 'ambiguous' | undefined {
  const exact = SPECS.find((s) => s.long === typed)
  if (exact !== undefined) return exact
  const candidates = SPECS.filter((s) => s.long.startsWith(typed))
  return candidates.length > 1 ? 'ambiguous' : candidates[0]
}

export function* parseOptions(c: Crt): Flow<CurlOptions> {
  const all = new Collector()
  const words = c.argv.slice(1)
  let onlyUrls = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (onlyUrls || !word.startsWith('-') || word === '-') {
      all.urls.push(word)
      continue
    }
    if (word === '--') {
      onlyUrls = true
      continue
    }
    if (word.startsWith('--')) {
      const negated = word.startsWith('--no-') && findLong(word.slice(2)) === undefined
      const spec = findLong(word.slice(negated ? 5 : 2))
      if (spec === undefined || spec === 'ambiguous') return yield* badUsage(c, `option ${word}: is ${spec ?? 'unknown'}`)
      if (spec.isUnsimulated === true) return exit(yield* unsimulated(c, `option ${word}`))
      if (spec.hasArgument === true && i + 1 >= words.length) return yield* badUsage(c, `option ${word}: requires parameter`)
      if (negated) all.values.delete(spec.long)
      else yield* all.take(c, spec, spec.hasArgument === true ? words[++i] : '')
      if (negated) all.values.set(`no-${spec.long}`, '')
      continue
    }
    for (let k = 1; k < word.length; k++) {
      const spec = SPECS.find((s) => s.short === word[k])
      if (spec === undefined) return yield* badUsage(c, `option ${word}: is unknown`)
      if (spec.isUnsimulated === true) return exit(yield* unsimulated(c, `option -${word[k]}`))
      if (spec.hasArgument !== true) {
        yield* all.take(c, spec, '')
        continue
      }
      const rest = word.slice(k + 1)
      if (rest === '' && i + 1 >= words.length) return yield* badUsage(c, `option ${word}: requires parameter`)
      yield* all.take(c, spec, rest === '' ? words[++i] : rest)
      break
    }
  }
  return all.finish()
}
