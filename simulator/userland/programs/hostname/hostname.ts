// hostname(1) 3.23 and its other names: shows and sets the host name and the NIS domain name, the two halves of a UTS namespace.
// Simpler: names are looked up in /etc/hosts only, as on a host whose name server does not answer.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { type HostEntry, lookupHost } from '../../libc/netdb.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import { HOSTNAME_HELP } from './help.ts'
import { hostAddresses } from './addresses.ts'

export const HOSTNAME_OPTIONS: OptionTable = {
  short: 'aAdfbF:hiIsVy',
  long: [
    { name: 'alias', arg: 'none', is: 'a' }, { name: 'all-fqdns', arg: 'none', is: 'A' }, { name: 'all-ip-addresses', arg: 'none', is: 'I' },
    { name: 'boot', arg: 'none', is: 'b' }, { name: 'domain', arg: 'none', is: 'd' }, { name: 'file', arg: 'required', is: 'F' },
    { name: 'fqdn', arg: 'none', is: 'f' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'long', arg: 'none', is: 'f' },
    { name: 'short', arg: 'none', is: 's' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'ip-address', arg: 'none', is: 'i' },
    { name: 'yp', arg: 'none', is: 'y' }, { name: 'nis', arg: 'none', is: 'y' },
  ],
}

/** The status of a usage mistake: exit(-1). */
const EXIT_USAGE = 255

/** What to show: the option letter, or by which name the program was called. */
function defaultType(name: string): string {
  if (name === 'dnsdomainname') return 'd'
  if (name === 'ypdomainname' || name === 'nisdomainname') return 'y'
  return name === 'domainname' ? 'domainname' : 'hostname'
}

function* main(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, HOSTNAME_OPTIONS.short, HOSTNAME_OPTIONS.long)
  let type = defaultType(c.name)
  let boot = false
  let file: string | undefined
  for (const event of parsed.options) {
    if ('error' in event || 'unsimulated' in event) {
      if ('error' in event) yield* warn(c, event.error)
      return yield* usage(c)
    }
    if (event.opt === 'h') {
      yield* c.stdout.write(HOSTNAME_HELP)
      return EXIT_USAGE
    }
    if (event.opt === 'V') {
      yield* c.stdout.write('hostname 3.23\n')
      return 0
    }
    if (event.opt === 'b') boot = true
    else if (event.opt === 'F') file = event.arg
    else type = event.opt
  }
  const [name, ...more] = parsed.operands
  const settable = type === 'hostname' || type === 'y' || type === 'domainname'
  if (more.length > 0 || (name !== undefined && !settable)) return yield* usage(c)
  if (name === undefined && file === undefined && !boot) return yield* show(c, type)
  const wanted = name ?? (file === undefined ? '' : yield* firstLine(c, file))
  if (typeof wanted === 'number') return wanted
  return type === 'hostname' ? yield* setHostname(c, boot && wanted === '' ? 'localhost' : wanted) : yield* setDomainname(c, wanted)
}

function* usage(c: Crt): Flow<number> {
  yield* c.stderr.write(HOSTNAME_HELP)
  return EXIT_USAGE
}

function* firstLine(c: Crt, file: string): Flow<string | number> {
  const text = yield* readFile(file)
  if (isErr(text)) return yield* failWith(c, text.message)
  return text.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? ''
}

function* failWith(c: Crt, message: string): Flow<number> {
  return yield* fail(c, 1, message)
}

/** RFC 1123: letters, digits, hyphens and dots; a label neither begins nor ends with a hyphen. */
const isValid = (name: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name) && !/\.[.-]|-\./.test(name)

function* setHostname(c: Crt, name: string): Flow<number> {
  if (!isValid(name)) return yield* failWith(c, 'the specified hostname is invalid')
  const set = yield* call('sethostname', name)
  if (set === E.EPERM) return yield* failWith(c, 'you must be root to change the host name')
  return isErr(set) ? yield* failWith(c, 'name too long') : 0
}

function* setDomainname(c: Crt, name: string): Flow<number> {
  const set = yield* call('setdomainname', name)
  if (set === E.EPERM) return yield* failWith(c, 'you must be root to change the domain name')
  return isErr(set) ? yield* failWith(c, 'name too long') : 0
}

function* show(c: Crt, type: string): Flow<number> {
  const uts = yield* call('uname')
  if (isErr(uts)) return yield* failWith(c, uts.message)
  const { nodename, domainname } = uts
  if (type === 'y' && (domainname === '' || domainname === '(none)')) return yield* failWith(c, 'Local domain name not set')
  if (type === 'hostname') return yield* line(c, nodename)
  if (type === 'y' || type === 'domainname') return yield* line(c, domainname)
  if (type === 's') return yield* line(c, nodename.replace(/\..*/s, ''))
  if (type === 'I') return yield* line(c, (yield* hostAddresses()).map((a) => `${a} `).join(''))
  if (type === 'A') return yield* line(c, '')
  const entries = yield* lookupHost(nodename)
  if (entries.length === 0) return yield* failWith(c, 'Temporary failure in name resolution')
  return yield* showEntries(c, type, entries)
}

function* showEntries(c: Crt, type: string, entries: readonly HostEntry[]): Flow<number> {
  const { name, aliases } = entries[0]
  if (type === 'i') return yield* line(c, entries.map((e) => e.addr).join(' '))
  if (type === 'a') return yield* line(c, aliases.join(' '))
  if (type === 'f') return yield* line(c, name)
  const dot = name.indexOf('.')
  return dot < 0 ? 0 : yield* line(c, name.slice(dot + 1))
}

function* line(c: Crt, text: string): Flow<number> {
  yield* c.stdout.write(`${text}\n`)
  return 0
}

export const hostname = program(main)
