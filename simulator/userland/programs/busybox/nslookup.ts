// BusyBox's nslookup (networking/nslookup.c, FEATURE_NSLOOKUP_BIG): all questions go to one server at once; the answers are printed as they come.
// Simpler: records of the types MX, TXT, SOA and SRV are not printed.
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { POLLIN } from '../../../abi/fcntl.ts'
import { decodeDns, DNS_TYPES, type DnsMessage, encodeDns, RCODE_NAMES, reverseName } from '../../../lib/dns.ts'
import { parseIp } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, readFile } from '../../libc/unistd.ts'
import { die, number, showUsage } from './applet.ts'

const OPTIONS = ['type', 'querytype', 'port', 'retry', 'debug', 't', 'timeout']
const TYPE_NAMES = ['SOA', 'NS', 'A', 'AAAA', 'CNAME', 'MX', 'TXT', 'PTR', 'SRV', 'ANY']
const TYPE_NUMBERS: Readonly<Record<string, number>> = { ...DNS_TYPES, SRV: 33 }
const SERVFAIL = 2
const MAX_MESSAGE = 512

interface Settings {
  readonly types: readonly string[]
  readonly port: number
  readonly retry: number
  readonly timeout: number
  readonly words: readonly string[]
}
interface Query {
  readonly name: string
  readonly type: number
  readonly id: number
  isAnswered: boolean
}

/** Options have one or two dashes' worth of nothing in common with getopt: `-type=a`, and any beginning of a name will do. */
function* settingsOf(c: Crt): Flow<Settings> {
  const values = { port: 53, retry: 2, timeout: 5 }
  const types: string[] = []
  let words = c.argv.slice(1)
  while (words[0]?.startsWith('-') === true) {
    const [, given, value = ''] = /^-([^=]*)=?(.*)$/s.exec(words[0]) ?? []
    words = words.slice(1)
    const option = OPTIONS.find((name) => name === given) ?? OPTIONS.find((name) => name.startsWith(given))
    switch (option) {
      case 'type': case 'querytype': {
        const type = TYPE_NAMES.find((name) => name === value.toUpperCase())
        types.push(type ?? (yield* die(c, `invalid query type "${value}"`)))
        break
      }
      case 'port': case 'retry':
        values[option] = yield* number(c, value)
        break
      case 't': case 'timeout':
        values.timeout = yield* number(c, value)
        break
      case 'debug': break
      default: yield* showUsage(c)
    }
  }
  if (words.length === 0 || words.length > 2) yield* showUsage(c)
  return { ...values, types: TYPE_NAMES.filter((name) => types.includes(name)), words }
}

/** parse_resolvconf: the name servers, and the domains a name without a dot is looked for in. */
function* configuration(): Flow<{ readonly servers: readonly string[]; readonly search: readonly string[] }> {
  const text = yield* readFile('/etc/resolv.conf')
  const servers: string[] = []
  let search: readonly string[] = []
  let hasSearch = false
  for (const line of isErr(text) ? [] : text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (rest.length === 0) continue
    if (word === 'nameserver') servers.push(rest.join(' '))
    if (word === 'search') hasSearch = true
    if (word === 'search' || (word === 'domain' && !hasSearch)) search = rest
  }
  return { servers, search: search.length === 1 && search[0] === '.' ? [] : search }
}

function* newQuery(name: string, type: number): Flow<Query> {
  const random = yield* call('getrandom', 2)
  return { name, type, id: isErr(random) ? 1 : random[0] * 256 + random[1], isAnswered: false }
}

function* queriesFor(name: string, types: readonly string[], search: readonly string[]): Flow<Query[]> {
  const family = parseIp('inet', name) !== undefined ? 'inet' : parseIp('inet6', name) !== undefined ? 'inet6' : undefined
  if (types.length === 0 && family !== undefined) return [yield* newQuery(reverseName(family, name), DNS_TYPES.PTR)]
  const queries: Query[] = []
  for (const type of types.length > 0 ? types : ['A', 'AAAA']) {
    const names = type === 'PTR' || search.length === 0 || name.includes('.') ? [name] : search.map((domain) => `${name}.${domain}`)
    for (const full of names) queries.push(yield* newQuery(full, TYPE_NUMBERS[type]))
  }
  return queries
}

function* printReply(c: Crt, message: DnsMessage, query: Query): Flow<number> {
  let status = 0
  if (message.rcode !== 0) {
    yield* c.stdout.write(`** server can't find ${query.name}: ${RCODE_NAMES[message.rcode] ?? String(message.rcode)}\n`)
    status = 1
  } else {
    if (message.authoritative !== true) yield* c.stdout.write('Non-authoritative answer:\n')
    for (const { name, type, value } of message.answers) {
      if (type === DNS_TYPES.A || type === DNS_TYPES.AAAA) yield* c.stdout.write(`Name:\t${name}\nAddress: ${value}\n`)
      else if (type === DNS_TYPES.PTR) yield* c.stdout.write(`${name}\tname = ${value}\n`)
      else if (type === DNS_TYPES.CNAME) yield* c.stdout.write(`${name}\tcanonical name = ${value}\n`)
      else if (type === DNS_TYPES.NS) yield* c.stdout.write(`${name}\tnameserver = ${value}\n`)
    }
  }
  yield* c.stdout.write('\n')
  return status
}

function* milliseconds(): Flow<number> {
  const time = yield* call('clock_gettime', 1)
  return isErr(time) ? 0 : time.sec * 1000 + Math.floor(time.nsec / 1e6)
}

/** Asks one server until all is answered or the time is over. How many answers came, and the exit status they give; -1 answers: it can't be asked. */
function* sendQueries(c: Crt, server: { readonly name: string; readonly to: SockAddr; readonly shown: string }, queries: readonly Query[], { timeout, retry }: Settings): Flow<{ readonly replies: number; readonly status: number }> {
  const fd = yield* call('socket', server.to.family === 'inet6' ? 'inet6' : 'inet', 'dgram', 0)
  if (isErr(fd)) return { replies: -1, status: 1 }
  const connected = yield* call('connect', fd, server.to)
  if (isErr(connected)) yield* die(c, `connect: ${connected.message}`)
  const interval = Math.floor(timeout * 1000 / retry)
  const start = yield* milliseconds()
  let replies = 0
  let status = 0
  let sentAt: number | undefined
  let retries = 0
  let hasSaidServer = false
  const ask = (query: Query): Flow<unknown> => call('write', fd, encodeDns({ id: query.id, isResponse: false, recursionDesired: true, rcode: 0, question: { name: query.name, type: query.type }, answers: [] }))
  for (let time = start; time - start < timeout * 1000 && replies < queries.length; time = yield* milliseconds()) {
    if (sentAt === undefined || time - sentAt >= interval) {
      for (const query of queries) {
        const sent = query.isAnswered ? 0 : yield* ask(query)
        if (typeof sent === 'number') continue
        yield* c.stdout.flush()
        yield* c.stderr.write(`${c.name}: write to '${server.name}': ${isErr(sent) ? sent.message : ''}\n`)
        yield* close(fd)
        return { replies: -1, status }
      }
      sentAt = time
      retries = 2 * queries.length
    }
    const ready = yield* call('poll', [{ fd, events: POLLIN }], interval - (time - sentAt))
    if (isErr(ready) || ready[0] === 0) continue
    const got = yield* call('recvfrom', fd, MAX_MESSAGE, 0)
    if (isErr(got)) {
      yield* c.stdout.flush()
      yield* c.stderr.write(`${c.name}: read: ${got.message}\n`)
      continue
    }
    if (!hasSaidServer) yield* c.stdout.write(`Server:\t\t${server.name}\nAddress:\t${server.shown}\n\n`)
    hasSaidServer = true
    const message = decodeDns(got.data)
    const query = queries.find((q) => q.id === message?.id)
    if (message === undefined || query === undefined || query.isAnswered) continue
    if (message.rcode === SERVFAIL && retries-- > 0) {
      yield* ask(query)
      continue
    }
    query.isAnswered = true
    replies++
    status |= yield* printReply(c, message, query)
  }
  yield* close(fd)
  return { replies, status }
}

export function* nslookup(c: Crt): Flow<number> {
  const settings = yield* settingsOf(c)
  const [name, given] = settings.words
  const { servers, search } = yield* configuration()
  const chosen = given !== undefined ? [given] : servers.length > 0 ? servers : ['127.0.0.1']
  const queries = yield* queriesFor(name, settings.types, given === undefined ? search : [])
  for (const server of chosen) {
    const found = yield* getaddrinfo(server)
    if (isGaiError(found)) return yield* die(c, `bad address '${server}'`)
    const [{ family, addr }] = found
    const shown = family === 'inet6' ? `[${addr}]:${settings.port}` : `${addr}:${settings.port}`
    const { replies, status } = yield* sendQueries(c, { name: server, to: { family, addr, port: settings.port }, shown }, queries, settings)
    if (replies <= 0) continue
    const missing = queries.filter((query) => !query.isAnswered)
    for (const query of missing) yield* c.stdout.write(`*** Can't find ${query.name}: No answer\n`)
    if (missing.length > 0) yield* c.stdout.write('\n')
    return missing.length > 0 ? 1 : status
  }
  yield* c.stdout.write(';; connection timed out; no servers could be reached\n\n')
  return 1
}
