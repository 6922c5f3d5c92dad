// host(1) and nslookup(1): the addresses of a name, or the name of an address, asked of a name server. Simpler: one question, no interactive mode.
import type { Flow } from '../../../abi/syscalls.ts'
import { DNS_TYPES, dnsTypeName, RCODE_NAMES, reverseName } from '../../../lib/dns.ts'
import type { Crt, Main } from '../../libc/crt.ts'
import { resolverConfig } from '../../libc/dns.ts'
import { unsimulated } from '../../libc/err.ts'
import { ask, isAddress, type Reply, typeNumber, withSearch } from './lookup.ts'

const HOST_TRIES = 2, NSLOOKUP_TRIES = 3
const TIMEOUT = 5
const NXDOMAIN = 3

interface Wanted { readonly name: string; readonly types: readonly number[]; readonly server: string | undefined }

/** The question for one type, by all the names that are tried; undefined: nobody answers. */
function* lookUp(c: Crt, servers: readonly string[], names: readonly string[], type: number, tries: number): Flow<{ readonly reply: Reply; readonly name: string } | undefined> {
  let last: { readonly reply: Reply; readonly name: string } | undefined
  for (const name of names) {
    const reply = yield* ask(c, servers, name, type, { tries, timeout: TIMEOUT })
    if (reply === undefined) return undefined
    last = { reply, name }
    if (reply.message.rcode === 0) return last
  }
  return last
}
function* wantedBy(c: Crt, usage: string): Flow<Wanted | number> {
  const words: string[] = []
  let type: number | undefined
  const args = c.argv.slice(1)
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-t') type = typeNumber(args[++i] ?? '')
    else if (/^-(type|query|q|querytype)=/.test(args[i])) type = typeNumber(args[i].split('=')[1])
    else if (args[i].startsWith('-')) return yield* unsimulated(c, `option ${args[i]}`)
    else words.push(args[i])
  }
  if (words.length === 0) {
    yield* c.stderr.write(usage)
    return 1
  }
  const [name, server] = words
  const reverse = isAddress(name) ? reverseName(name.includes(':') ? 'inet6' : 'inet', name) : undefined
  return { name: reverse ?? name, types: type !== undefined ? [type] : reverse !== undefined ? [DNS_TYPES.PTR] : [DNS_TYPES.A, DNS_TYPES.AAAA], server }
}

const HOST_USAGE = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
`
export const host: Main = function* (c) {
  const wanted = yield* wantedBy(c, HOST_USAGE)
  if (typeof wanted === 'number') return wanted
  const config = yield* resolverConfig()
  const servers = wanted.server === undefined ? config.nameservers : [wanted.server]
  const names = withSearch(wanted.name, config)
  if (wanted.server !== undefined) yield* c.stdout.write(`Using domain server:\nName: ${wanted.server}\nAddress: ${wanted.server}#53\nAliases: \n\n`)
  for (const [i, type] of wanted.types.entries()) {
    const found = yield* lookUp(c, servers, names, type, HOST_TRIES)
    if (found === undefined) {
      yield* c.stdout.write(';; no servers could be reached\n')
      return 1
    }
    const { message } = found.reply
    if (message.rcode !== 0) {
      yield* c.stdout.write(`Host ${wanted.name} not found: ${message.rcode}(${RCODE_NAMES[message.rcode] ?? ''})\n`)
      return 1
    }
    for (const r of message.answers) {
      const text = r.type === DNS_TYPES.A ? `has address ${r.value}` : r.type === DNS_TYPES.AAAA ? `has IPv6 address ${r.value}` : r.type === DNS_TYPES.PTR ? `domain name pointer ${r.value}.` : r.type === DNS_TYPES.CNAME ? `is an alias for ${r.value}.` : `has ${dnsTypeName(r.type)} record ${r.value}`
      yield* c.stdout.write(`${r.name} ${text}\n`)
    }
    if (message.answers.length === 0 && i === 0 && wanted.types.length === 1) yield* c.stdout.write(`${found.name} has no ${dnsTypeName(type)} record\n`)
  }
  return 0
}

export const nslookup: Main = function* (c) {
  if (c.argv.length === 1) return yield* unsimulated(c, 'the interactive mode')
  const wanted = yield* wantedBy(c, '')
  if (typeof wanted === 'number') return wanted
  const config = yield* resolverConfig()
  const servers = wanted.server === undefined ? config.nameservers : [wanted.server]
  const names = withSearch(wanted.name, config)
  let hasSaidServer = false
  for (const type of wanted.types) {
    const found = yield* lookUp(c, servers, names, type, NSLOOKUP_TRIES)
    if (found === undefined) {
      yield* c.stdout.write(';; no servers could be reached\n\n')
      return 1
    }
    const { reply: { message, server }, name } = found
    if (!hasSaidServer) yield* c.stdout.write(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`)
    if (message.rcode !== 0) {
      yield* c.stdout.write(`** server can't find ${name}: ${RCODE_NAMES[message.rcode] ?? ''}\n\n`)
      return message.rcode === NXDOMAIN ? 1 : 0
    }
    if (!hasSaidServer && message.authoritative !== true) yield* c.stdout.write('Non-authoritative answer:\n')
    hasSaidServer = true
    for (const r of message.answers) yield* c.stdout.write(r.type === DNS_TYPES.PTR ? `${r.name}\tname = ${r.value}.\n` : `Name:\t${r.name}\nAddress: ${r.value}\n`)
  }
  yield* c.stdout.write('\n')
  return 0
}
