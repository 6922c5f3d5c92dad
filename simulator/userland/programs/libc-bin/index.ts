// Debian's libc-bin: getent(1), entries of the name databases. Sources are their files, and name servers for hosts: no NIS.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, type Main, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getaddrinfo, hostOfAddress, isGaiError } from '../../libc/getaddrinfo.ts'
import { type HostEntry, parseHosts } from '../../libc/netdb.ts'
import { readFile } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { getconf } from './getconf.ts'

const EXIT_USAGE = 1, EXIT_NOT_FOUND = 2, EXIT_NO_ENUMERATION = 3

type Lookup = (text: string, key: string) => string | undefined

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const words = (line: string): readonly string[] => line.replace(/#.*/, '').trim().split(/\s+/)
const isNumber = (key: string): boolean => /^\d+$/.test(key)

/** A line of a colon-separated database by name, or by the number in a field. */
const byNameOrId = (field: number | undefined): Lookup => (text, key) =>
  lines(text).find((line) => line.startsWith(`${key}:`)) ?? (field !== undefined && isNumber(key) ? lines(text).find((line) => line.split(':')[field] === key) : undefined)

const service = (line: string): string => {
  const [name, port, ...aliases] = words(line)
  return [`${name.padEnd(21)} ${port}`, ...aliases].join(' ')
}
const protocol = (line: string): string => {
  const [name, ...rest] = words(line)
  return `${name.padEnd(21)} ${rest.join(' ')}`
}
const findWords = (text: string, matches: (w: readonly string[]) => boolean): string | undefined => lines(text).find((line) => words(line).length > 1 && matches(words(line)))

interface Database {
  readonly file: string
  readonly lookup: Lookup
  readonly show: (line: string) => string
}

const same = (line: string): string => line
const DATABASES = new Map<string, Database>([
  ['group', { file: '/etc/group', lookup: byNameOrId(2), show: same }],
  ['gshadow', { file: '/etc/gshadow', lookup: byNameOrId(undefined), show: same }],
  ['networks', { file: '/etc/networks', lookup: (text, key) => findWords(text, (w) => w[0] === key || w[1] === key), show: protocol }],
  ['passwd', { file: '/etc/passwd', lookup: byNameOrId(2), show: same }],
  ['protocols', { file: '/etc/protocols', lookup: (text, key) => findWords(text, (w) => w[0] === key || w[1] === key || w.slice(2).includes(key)), show: protocol }],
  ['services', {
    file: '/etc/services', show: service,
    lookup: (text, key) => {
      const [name, proto] = key.split('/')
      return findWords(text, ([n, port, ...aliases]) => (n === name || aliases.includes(name) || port.split('/')[0] === name) && (proto === undefined || port.endsWith(`/${proto}`)))
    },
  }],
  ['shadow', { file: '/etc/shadow', lookup: byNameOrId(undefined), show: same }],
])
const OTHERS = ['ahosts', 'ahostsv4', 'ahostsv6', 'hosts', 'initgroups']
const ABSENT = ['aliases', 'ethers', 'netgroup', 'rpc']

function* usage(c: Crt, message: string): Flow<number> {
  yield* c.stderr.write(`${message}\nTry \`getent --help' or \`getent --usage' for more information.\n`)
  return EXIT_USAGE
}

const getent: Main = function* (c) {
  const parsed = getoptLong(c.argv, '+s:iV?', [])
  for (const event of parsed.options) {
    if ('error' in event) return yield* usage(c, `getent: ${event.error}`)
    if ('opt' in event && event.opt !== 'i') return yield* unsimulated(c, `option -${event.opt}`)
  }
  const [database, ...keys] = parsed.operands
  if (database === undefined) return yield* usage(c, 'getent: wrong number of arguments')
  if (OTHERS.includes(database)) return yield* others(c, database, keys)
  const known = DATABASES.get(database)
  if (known === undefined) return ABSENT.includes(database) ? (keys.length > 0 ? EXIT_NOT_FOUND : 0) : yield* usage(c, `Unknown database: ${database}`)
  const read = yield* readFile(known.file)
  const text = isErr(read) ? '' : read
  if (keys.length === 0) {
    for (const line of lines(text)) if (line.trim() !== '') yield* c.stdout.write(`${known.show(line)}\n`)
    return 0
  }
  let status = 0
  for (const key of keys) {
    const line = known.lookup(text, key)
    if (line === undefined) status = EXIT_NOT_FOUND
    else yield* c.stdout.write(`${known.show(line)}\n`)
  }
  return status
}

function* others(c: Crt, database: string, keys: readonly string[]): Flow<number> {
  const read = yield* readFile(database === 'initgroups' ? '/etc/group' : '/etc/hosts')
  const text = isErr(read) ? '' : read
  if (keys.length === 0 && database === 'initgroups') return EXIT_NO_ENUMERATION
  if (keys.length === 0) {
    for (const entry of parseHosts(text)) yield* c.stdout.write(hostLine(entry))
    return 0
  }
  let status = 0
  for (const key of keys) {
    const fromFile = database === 'initgroups' ? groupsOf(text, key) : database === 'hosts' ? hostLines(text, key) : addressLines(text, key, database)
    const shown = fromFile !== '' || database === 'initgroups' ? fromFile : yield* fromNameServer(key, database)
    if (shown === '') status = EXIT_NOT_FOUND
    yield* c.stdout.write(shown)
  }
  return status
}

const groupsOf = (text: string, user: string): string =>
  `${[user.padEnd(21), ...lines(text).map((line) => line.split(':')).filter((f) => (f[3] ?? '').split(',').includes(user)).map((f) => f[2])].join(' ')}\n`

const hostLine = (e: HostEntry): string => `${e.addr.padEnd(15)} ${[e.name, ...e.aliases].join(' ')}\n`
const named = (text: string, name: string): readonly HostEntry[] => parseHosts(text).filter((e) => e.name === name || e.aliases.includes(name))

/** By address, else by name: IPv6 addresses if there are any, else the others. */
function hostLines(text: string, key: string): string {
  const byAddress = parseHosts(text).filter((e) => e.addr === key)
  if (byAddress.length > 0) return hostLine(byAddress[0])
  const v6 = named(text, key).filter((e) => e.addr.includes(':'))
  return (v6.length > 0 ? v6 : named(text, key)).map(hostLine).join('')
}

/** What is not in /etc/hosts: of IPv6 and IPv4 addresses `hosts` shows the former. */
function* fromNameServer(key: string, database: string): Flow<string> {
  const literal = key.includes(':') ? 'inet6' : /^[\d.]+$/.test(key) ? 'inet' : undefined
  if (literal !== undefined) {
    const owner = database === 'hosts' ? yield* hostOfAddress(literal, key) : 'EAI_NONAME'
    return typeof owner === 'string' || owner.name === key ? '' : hostLine({ addr: key, name: owner.name, aliases: [] })
  }
  const found = yield* getaddrinfo(key, database === 'ahostsv4' ? 'inet' : database === 'ahostsv6' ? 'inet6' : undefined)
  if (isGaiError(found)) return ''
  const file = found.map(({ addr }) => hostLine({ addr, name: key, aliases: [] })).join('')
  return database === 'hosts' ? hostLines(file, key) : addressLines(file, key, database)
}

function addressLines(text: string, key: string, database: string): string {
  const literal = /^[\d.]+$|:/.test(key) ? [{ addr: key, name: key, aliases: [] }] : undefined
  const entries = (literal ?? named(text, key)).filter((e) => (database === 'ahostsv4' ? !e.addr.includes(':') : database === 'ahostsv6' ? e.addr.includes(':') : true))
  const sorted = [...entries.filter((e) => e.addr.includes(':')), ...entries.filter((e) => !e.addr.includes(':'))]
  return sorted.map((e, i) => `${e.addr.padEnd(15)} STREAM ${i === 0 ? e.name : ''}\n${e.addr.padEnd(15)} DGRAM  \n${e.addr.padEnd(15)} RAW    \n`).join('')
}

export const libcBin: ProgramPackage = {
  name: 'libc-bin',
  version: '2.36-9+deb12u13',
  programs: [{ path: '/usr/bin/getconf', program: getconf, summary: 'shows limits of the system' }, { path: '/usr/bin/getent', program: program(getent), summary: 'looks up users, groups, hosts and services' }],
}
