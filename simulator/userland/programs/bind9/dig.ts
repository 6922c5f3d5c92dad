// dig(1): one question to a name server and its answer in full. Simpler: one name, no EDNS, no TCP, no zone transfers.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { DNS_TYPES, type DnsRecord, dnsTypeName, encodeDns, RCODE_NAMES, reverseName } from '../../../lib/dns.ts'
import type { Crt, Main } from '../../libc/crt.ts'
import { resolverConfig } from '../../libc/dns.ts'
import { unsimulated } from '../../libc/err.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { ask, type Reply, typeNumber } from './lookup.ts'

const VERSION = '9.18.49-1~deb12u1-Debian'
const EXIT_NO_SERVER = 9, EXIT_USAGE = 1, EXIT_BAD_SERVER = 10
/** What can be switched off and on with `+no…` and `+…`. */
const SECTIONS = ['cmd', 'comments', 'question', 'answer', 'authority', 'additional', 'stats'] as const
const HARMLESS = /^\+(no)?(recurse|rec|dnssec|edns(=\d+)?|cookie|adflag|cdflag|multiline|search|tcp|ttlid|class)$/

interface Question {
  server: string | undefined
  name: string
  type: number
  port: number
  short: boolean
  timeout: number
  tries: number
  readonly shown: Set<string>
}
function* parse(c: Crt): Flow<Question | number> {
  const q: Question = { server: undefined, name: '.', type: DNS_TYPES.A, port: 53, short: false, timeout: 5, tries: 3, shown: new Set(SECTIONS) }
  const words = c.argv.slice(1)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    const switched = /^\+(no)?(all|cmd|comments|question|answer|authority|additional|stats)$/.exec(word)
    if (word.startsWith('@')) q.server = word.slice(1)
    else if (word === '+short') q.short = true
    else if (switched !== null) {
      for (const section of switched[2] === 'all' ? SECTIONS : [switched[2]]) {
        if (switched[1] === undefined) q.shown.add(section)
        else q.shown.delete(section)
      }
    } else if (/^\+time=\d+$/.test(word)) q.timeout = Number(word.slice(6))
    else if (/^\+(tries|retry)=\d+$/.test(word)) q.tries = Number(word.split('=')[1]) + (word.startsWith('+retry') ? 1 : 0)
    else if (HARMLESS.test(word)) continue
    else if (word === '-x' && words[i + 1] !== undefined) {
      const addr = words[++i]
      q.name = reverseName(addr.includes(':') ? 'inet6' : 'inet', addr)
      q.type = DNS_TYPES.PTR
    } else if (word === '-p') q.port = Number(words[++i])
    else if (word === '-t' || word === '-q') {
      const value = words[++i] ?? ''
      if (word === '-q') q.name = value
      else q.type = typeNumber(value) ?? q.type
    } else if (word === '-4' || word === '-6') continue
    else if (word === '-v') {
      yield* c.stderr.write(`DiG ${VERSION}\n`)
      return 0
    } else if (word.startsWith('-') || word.startsWith('+')) return yield* unsimulated(c, `option ${word}`)
    else if (typeNumber(word) !== undefined && q.name !== '.') q.type = typeNumber(word) ?? q.type
    else if (word.toUpperCase() !== 'IN') q.name = word
  }
  return q
}
const dotted = (name: string): string => (name.endsWith('.') ? name : `${name}.`)
/** Columns at tab stops, as masterfile style has them. */
const recordLine = ({ name, ttl, type, value }: DnsRecord): string => {
  const owner = dotted(name)
  return `${owner}${'\t'.repeat(Math.max(1, 3 - Math.floor(owner.length / 8)))}${ttl}\tIN\t${dnsTypeName(type)}\t${type === DNS_TYPES.A || type === DNS_TYPES.AAAA ? value : dotted(value)}`
}
function questionLine(name: string, type: number): string {
  const owner = `;${dotted(name)}`
  return `${owner}${'\t'.repeat(Math.max(1, 4 - Math.floor(owner.length / 8)))}IN\t${dnsTypeName(type)}`
}
function* answer(c: Crt, q: Question, { message, server, port }: Reply, ms: number): Flow<void> {
  if (q.short) {
    for (const { type, value } of message.answers) yield* c.stdout.write(`${type === DNS_TYPES.A || type === DNS_TYPES.AAAA ? value : dotted(value)}\n`)
    return
  }
  if (q.shown.has('comments')) {
    const flags = ['qr', ...(message.authoritative === true ? ['aa'] : []), ...(message.recursionDesired ? ['rd'] : []), ...(message.recursionAvailable === true ? ['ra'] : [])].join(' ')
    yield* c.stdout.write(`;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${RCODE_NAMES[message.rcode] ?? String(message.rcode)}, id: ${message.id}\n`)
    yield* c.stdout.write(`;; flags: ${flags}; QUERY: 1, ANSWER: ${message.answers.length}, AUTHORITY: 0, ADDITIONAL: 0\n\n`)
  }
  if (q.shown.has('question')) yield* c.stdout.write(`${q.shown.has('comments') ? ';; QUESTION SECTION:\n' : ''}${questionLine(q.name, q.type)}\n\n`)
  if (q.shown.has('answer') && message.answers.length > 0) {
    yield* c.stdout.write(`${q.shown.has('comments') ? ';; ANSWER SECTION:\n' : ''}${message.answers.map((r) => `${recordLine(r)}\n`).join('')}\n`)
  }
  if (!q.shown.has('stats')) return
  const now = yield* call('clock_gettime', 0)
  const when = strftime('%a %b %d %H:%M:%S UTC %Y', isErr(now) ? 0 : now.sec)
  yield* c.stdout.write(`;; Query time: ${Math.round(ms)} msec\n;; SERVER: ${server}#${port}(${server}) (UDP)\n;; WHEN: ${when}\n;; MSG SIZE  rcvd: ${encodeDns(message).length}\n\n`)
}

export const dig: Main = function* (c) {
  const q = yield* parse(c)
  if (typeof q === 'number') return q
  const config = yield* resolverConfig()
  let servers = config.nameservers
  if (q.server !== undefined) {
    const found = yield* getaddrinfo(q.server)
    if (isGaiError(found)) {
      yield* c.stderr.write(`dig: couldn't get address for '${q.server}': ${found === 'EAI_AGAIN' ? 'failure' : 'not found'}\n`)
      return EXIT_BAD_SERVER
    }
    servers = [found[0].addr]
  }
  if (!Number.isInteger(q.port)) return EXIT_USAGE
  const before = yield* call('clock_gettime', 1)
  const reply = yield* ask(c, servers, q.name, q.type, { tries: q.tries, timeout: q.timeout, port: q.port })
  const after = yield* call('clock_gettime', 1)
  const banner = `\n; <<>> DiG ${VERSION} <<>> ${c.argv.slice(1).join(' ')}\n${q.server === undefined ? '' : '; (1 server found)\n'};; global options: +cmd\n`
  if (reply === undefined) {
    yield* c.stdout.write(`${q.short ? '' : banner};; no servers could be reached\n`)
    return EXIT_NO_SERVER
  }
  if (q.shown.has('cmd') && !q.short) yield* c.stdout.write(banner)
  yield* answer(c, q, reply, isErr(before) || isErr(after) ? 0 : (after.sec - before.sec) * 1000 + (after.nsec - before.nsec) / 1e6)
  return 0
}
