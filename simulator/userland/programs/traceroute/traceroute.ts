// traceroute(1) 2.1.2: the routers on the way to a host, found by packets that live for one hop more each time.
// Not simulated: source routes, AS numbers, other methods than UDP, ICMP and TCP.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { type AddrInfo, gaiStrerror, getaddrinfo, hostOfAddress, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { TRACEROUTE_USAGE } from './help.ts'
import { done, type Method, type Plan, Probe, receive, sendProbe } from './probe.ts'

const LONG: readonly LongOption[] = [
  { name: 'debug', arg: 'none', is: 'd' }, { name: 'dont-fragment', arg: 'none', is: 'F' }, { name: 'first', arg: 'required', is: 'f' }, { name: 'icmp', arg: 'none', is: 'I' },
  { name: 'tcp', arg: 'none', is: 'T' }, { name: 'interface', arg: 'required', is: 'i' }, { name: 'max-hops', arg: 'required', is: 'm' }, { name: 'sim-queries', arg: 'required', is: 'N' },
  { name: 'port', arg: 'required', is: 'p' }, { name: 'tos', arg: 'required', is: 't' }, { name: 'wait', arg: 'required', is: 'w' }, { name: 'queries', arg: 'required', is: 'q' },
  { name: 'source', arg: 'required', is: 's' }, { name: 'sendwait', arg: 'required', is: 'z' }, { name: 'udp', arg: 'none', is: 'U' }, { name: 'version', arg: 'none', is: 'V' },
  { name: 'help', arg: 'none' }, { name: 'fwmark', arg: 'required' }, { name: 'gateway', arg: 'required', is: 'g' }, { name: 'mtu', arg: 'none', unsimulated: true },
  { name: 'back', arg: 'none', unsimulated: true }, { name: 'extensions', arg: 'none', is: 'e' }, { name: 'as-path-lookups', arg: 'none', is: 'A' },
]
export const TRACEROUTE_OPTIONS: OptionTable = { short: '46dFf:g:ITi:m:N:np:t:l:w:q:rs:z:eAM:O:UDP:V', long: LONG, unsimulatedShort: 'gAMODPlrz' }
const MAX_HOPS = 255, MAX_PROBES = 10, MAX_PACKET = 65000
const NSEC_PER_SEC = 1e9
const POLLIN = 1
const UDP_PORT = 33434, TCP_PORT = 80

interface Settings {
  family: 'inet' | 'inet6' | undefined
  method: Method
  first: number
  max: number
  simultaneous: number
  queries: number
  wait: number
  port: number | undefined
  isNumeric: boolean
  dontFragment: boolean
  device: string | undefined
  source: string | undefined
  tos: number
  mark: number | undefined
}

function* stop(c: Crt, status: number, text: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${text}\n`)
  return exit(status)
}

function* parse(c: Crt): Flow<{ readonly settings: Settings; readonly operands: readonly string[] }> {
  const s: Settings = {
    family: c.name.endsWith('6') ? 'inet6' : undefined, method: 'udp', first: 1, max: 30, simultaneous: 16, queries: 3, wait: 5, port: undefined, isNumeric: false, dontFragment: false,
    device: undefined, source: undefined, tos: 0, mark: undefined,
  }
  const { options, operands } = getoptLong(c.argv, TRACEROUTE_OPTIONS.short, LONG, TRACEROUTE_OPTIONS.unsimulatedShort)
  for (const event of options) {
    if ('error' in event) {
      const letter = event.error.replace(/^.*-- '(.)'$/, '-$1')
      return yield* stop(c, 2, event.error.startsWith('option requires') ? `Option \`${letter}' (argc 1) requires an argument: \`${letter}'` : `Bad option \`${letter}' (argc 1)`)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    const { opt, arg = '' } = event
    const number = Number(arg)
    switch (opt) {
      case '4': s.family = 'inet'; break
      case '6': s.family = 'inet6'; break
      case 'I': s.method = 'icmp'; break
      case 'T': s.method = 'tcp'; break
      case 'U': s.method = 'udp'; break
      case 'f': s.first = number; break
      case 'm': s.max = number; break
      case 'N': s.simultaneous = number; break
      case 'q': s.queries = number; break
      case 'w': s.wait = Number(arg.split(',')[0]); break
      case 'p': s.port = number; break
      case 'n': s.isNumeric = true; break
      case 'F': s.dontFragment = true; break
      case 'i': s.device = arg; break
      case 's': s.source = arg; break
      case 't': s.tos = number & 0xff; break
      case 'fwmark': s.mark = number; break
      case 'V':
        yield* c.stderr.write('Modern traceroute for Linux, version 2.1.2\nCopyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later\n')
        return exit(0)
      case 'help':
        yield* c.stdout.write(TRACEROUTE_USAGE)
        return exit(0)
    }
  }
  if (operands.length === 0) {
    yield* c.stdout.write(TRACEROUTE_USAGE)
    return exit(0)
  }
  return { settings: s, operands }
}

function* check(c: Crt, s: Settings): Flow<void> {
  if (!(s.first >= 1) || s.first > s.max) yield* stop(c, 2, 'first hop out of range')
  if (s.max > MAX_HOPS) yield* stop(c, 2, `max hops cannot be more than ${MAX_HOPS}`)
  if (!(s.queries >= 1) || s.queries > MAX_PROBES) yield* stop(c, 2, `no more than ${MAX_PROBES} probes per hop`)
  if (!(s.wait >= 0)) yield* stop(c, 2, `bad wait specifications \`${s.wait}' used`)
}

function* monotonic(): Flow<number> {
  const now = yield* call('clock_gettime', 1)
  return isErr(now) ? 0 : now.sec * NSEC_PER_SEC + now.nsec
}

class Tracer {
  readonly #c: Crt
  readonly #s: Settings
  readonly #plan: Plan
  readonly #probes: Probe[] = []
  #printed = 0

  constructor(c: Crt, s: Settings, plan: Plan) {
    this.#c = c
    this.#s = s
    this.#plan = plan
  }

  /** do_it of traceroute.c: up to so many probes are out at a time; lines are printed as soon as all before them are known. */
  *run(): Flow<number> {
    const { first, max, queries, simultaneous } = this.#s
    const all = (max - first + 1) * queries
    let last = all
    while (this.#printed < last) {
      const out = this.#probes.filter((p) => !p.isDone).length
      if (this.#probes.length < last && out < simultaneous) {
        const index = this.#probes.length
        const probe = new Probe(first + Math.floor(index / queries), index)
        this.#probes.push(probe)
        const failure = yield* sendProbe(this.#plan, probe, yield* monotonic())
        if (failure !== undefined) {
          yield* this.#c.stdout.flush()
          yield* this.#c.stderr.write(`\n${failure.where}: ${failure.errno.message}\n`)
          return 1
        }
        continue
      }
      yield* this.#await()
      const final = this.#probes.find((p) => p.isDone && p.isFinal)
      if (final !== undefined) last = Math.min(last, (final.ttl - first + 1) * queries)
      yield* this.#show(last)
    }
    for (const probe of this.#probes) if (!probe.isDone) yield* done(probe)
    yield* this.#c.stdout.write('\n')
    return 0
  }
  /** Waits for the next answer, or until the oldest probe has waited long enough. */
  *#await(): Flow<void> {
    const out = this.#probes.filter((p) => !p.isDone)
    const oldest = Math.min(...out.map((p) => p.sent))
    const now = yield* monotonic()
    const left = Math.max(0, oldest + this.#s.wait * NSEC_PER_SEC - now)
    const ready = yield* call('poll', out.map((p) => ({ fd: p.fd, events: POLLIN })), Math.ceil(left / 1e6))
    const then = yield* monotonic()
    for (const [i, probe] of out.entries()) {
      if (!isErr(ready) && ready[i] !== 0) yield* receive(this.#plan, probe, then)
      else if (then - probe.sent >= this.#s.wait * NSEC_PER_SEC) yield* done(probe)
    }
  }
  *#show(last: number): Flow<void> {
    for (; this.#printed < Math.min(last, this.#probes.length); this.#printed++) {
      const probe = this.#probes[this.#printed]
      if (!probe.isDone) return
      yield* this.#print(probe)
    }
  }
  /** print_probe */
  *#print(probe: Probe): Flow<void> {
    const { queries } = this.#s
    const number = probe.index % queries
    let text = number === 0 ? `\n${String(probe.ttl).padStart(2)} ` : ''
    if (probe.from === undefined) text += ' *'
    else {
      let before = probe.index - 1
      while (before >= probe.index - number && this.#probes[before].from === undefined) before--
      if (before < probe.index - number || this.#probes[before].from !== probe.from) text += ` ${yield* this.#name(probe.from)}`
      text += `  ${((probe.received - probe.sent) / 1e6).toFixed(3)} ms${probe.error === '' ? '' : ` ${probe.error}`}`
    }
    yield* this.#c.stdout.write(text)
    yield* this.#c.stdout.flush()
  }
  *#name(addr: string): Flow<string> {
    if (this.#s.isNumeric) return addr
    const found = yield* hostOfAddress(this.#plan.family, addr)
    return `${typeof found === 'string' ? addr : found.name} (${addr})`
  }
}

/** Raw sockets aren't for everybody. */
function* checkPrivileges(c: Crt, method: Method, family: 'inet' | 'inet6'): Flow<void> {
  const fd = yield* call('socket', family, 'raw', method === 'tcp' ? 6 : family === 'inet' ? 1 : 58)
  if (isErr(fd)) yield* stop(c, 1, `You do not have enough privileges to use this traceroute method.\nsocket: ${fd.message}`)
  else yield* call('close', fd)
}

function* main(c: Crt): Flow<number> {
  const { settings, operands } = yield* parse(c)
  const [host, size] = operands
  const found = yield* getaddrinfo(host, settings.family)
  if (isGaiError(found)) {
    const at = c.argv.indexOf(host)
    yield* c.stderr.write(`${host}: ${gaiStrerror(found)}\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc ${at})\n`)
    return 2
  }
  yield* check(c, settings)
  const info: AddrInfo = found.find((a) => a.family === 'inet') ?? found[0]
  const family = info.family
  const headers = (family === 'inet' ? 20 : 40) + (settings.method === 'tcp' ? 20 : 8)
  const total = size === undefined ? (settings.method === 'tcp' ? headers + 20 : family === 'inet' ? 60 : 80) : Math.max(Number(size), headers)
  if (Number.isNaN(total) || total > MAX_PACKET) return yield* stop(c, 2, `too big packetlen ${size ?? ''} specified`)
  const random = yield* call('getrandom', 2)
  const plan: Plan = {
    family, method: settings.method, addr: info.addr, scope: info.scope, port: settings.port ?? (settings.method === 'tcp' ? TCP_PORT : UDP_PORT), dataSize: total - headers, device: settings.device,
    source: settings.source, tos: settings.tos, mark: settings.mark, dontFragment: settings.dontFragment, ident: isErr(random) ? 1 : (random[0] << 8) | random[1],
  }
  if (settings.method !== 'udp') yield* checkPrivileges(c, settings.method, family)
  yield* c.stdout.write(`traceroute to ${host} (${info.addr}), ${settings.max} hops max, ${total} byte packets`)
  yield* c.stdout.flush()
  return yield* new Tracer(c, settings, plan).run()
}
export const traceroute = program(main)
