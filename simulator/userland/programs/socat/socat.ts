// socat(1) 1.7.4: two addresses joined by a data transfer loop. Simpler: the common addresses and options only; no TLS, terminals, proxies, files being followed.
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLHUP, POLLIN } from '../../../abi/fcntl.ts'
import { SIGCHLD } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt, Main } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, read, sigaction, writeAll } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Address, parseAddress } from './address.ts'
import { acceptOn, type Channel, forgetListener, isListener, listenOn, openChannel } from './channel.ts'
import { Diagnostics } from './diagnostics.ts'

export const SOCAT_OPTIONS: OptionTable = { short: 'Vh?dDvxb:sSt:T:uUgl:L:W:46', long: [], unsimulatedShort: 'DvxbsSglLW' }
const BUFFER = 8192
const SHUT_WR = 1
const VERSION = `socat by Gerhard Rieger and contributors - see www.dest-unreach.org
socat version 1.7.4.4 on 06 Nov 2022 08:15:51
`

interface Settings {
  readonly forward: boolean
  readonly backward: boolean
  /** Milliseconds: how long the other direction may still go on after one has ended; when nothing happens at all. */
  readonly closeWait: number
  readonly inactivity: number
}

/** One direction; false when it has ended. */
function* carry(from: Channel, to: Channel, d: Diagnostics): Flow<boolean> {
  const data = yield* read(from.input, BUFFER)
  if (data === Errno.EAGAIN || data === Errno.EINTR) return true
  if (isErr(data)) return yield* d.fail(`read(${from.input}, 0x${'0'.repeat(12)}, ${BUFFER}): ${data.message}`)
  if (data.length === 0) return false
  const n = yield* writeAll(to.output, data)
  return isErr(n) ? yield* d.fail(`write(${to.output}, 0x${'0'.repeat(12)}, ${data.length}): ${n.message}`) : true
}
/** socat(): until both directions have ended, or one has and the other keeps silent. */
function* transfer(first: Channel, second: Channel, settings: Settings, d: Diagnostics): Flow<number> {
  yield* d.say('N', `starting data transfer loop with FDs [${first.input},${first.output}] and [${second.input},${second.output}]`)
  const ways = [
    { from: first, to: second, isOpen: settings.forward, name: `socket 1 (fd ${first.input})` }, { from: second, to: first, isOpen: settings.backward, name: `socket 2 (fd ${second.input})` },
  ]
  let hasEnded = false
  while (ways.some((way) => way.isOpen)) {
    const open = ways.filter((way) => way.isOpen)
    const ready = yield* call('poll', open.map((way) => ({ fd: way.from.input, events: POLLIN })), hasEnded ? settings.closeWait : settings.inactivity)
    if (ready === Errno.EINTR) continue
    if (isErr(ready) || ready.every((events) => events === 0)) break
    for (const [i, way] of open.entries()) {
      if ((ready[i] & (POLLIN | POLLHUP)) === 0 || (yield* carry(way.from, way.to, d))) continue
      way.isOpen = false
      hasEnded = true
      yield* d.say('N', `${way.name} is at EOF`)
      if (way.to.isSocket) yield* call('shutdown', way.to.output, SHUT_WR)
    }
  }
  yield* d.say('N', 'exiting with status 0')
  return 0
}

function* openSecond(c: Crt, address: Address, d: Diagnostics): Flow<Channel> {
  if (!isListener(address)) return yield* openChannel(c, address, d)
  const listener = yield* listenOn(address, d)
  return yield* acceptOn(listener, address, d)
}
/** `…-LISTEN,fork`: a child for each connection. */
function* serve(c: Crt, address: Address, other: Address, settings: Settings, d: Diagnostics): Flow<number> {
  yield* sigaction(SIGCHLD, 'ignore')
  let listener = yield* listenOn(address, d)
  for (;;) {
    const served = yield* acceptOn(listener, address, d)
    const pid = yield* forkChild(c, function* (child) {
      if (served.input !== listener) yield* close(listener)
      return yield* transfer(served, yield* openSecond(child, other, d), settings, d)
    })
    yield* d.say('N', `forked off child process ${isErr(pid) ? 0 : pid}`)
    yield* close(served.input)
    if (served.input === listener) listener = yield* listenOn(address, d)
  }
}

export const socat: Main = function* (c) {
  const parsed = getoptLong(c.argv, `+${SOCAT_OPTIONS.short}`, [], SOCAT_OPTIONS.unsimulatedShort)
  const given = new Map<string, string>()
  let verbosity = 0
  for (const event of parsed.options) {
    if ('error' in event) return yield* new Diagnostics(c, 0).fail(`unknown option "${event.error.replace(/.*'(.)'$/, '-$1')}"; use option "-h" for help`)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'd') verbosity++
    given.set(event.opt, event.arg ?? '')
  }
  const d = new Diagnostics(c, verbosity)
  if (given.has('V')) {
    yield* c.stdout.write(VERSION)
    return 0
  }
  if (given.has('h') || given.has('?')) return yield* unsimulated(c, 'the help text')
  // Its messages go through a pair of sockets, so that others start behind them.
  yield* call('socketpair', 'unix', 'dgram|cloexec')
  const words = parsed.operands
  if (words.length !== 2) return yield* d.fail(`exactly 2 addresses required (there are ${words.length}); use option "-h" for help`)
  const settings: Settings = {
    forward: !given.has('U'), backward: !given.has('u'), closeWait: Number(given.get('t') ?? 0.5) * 1000, inactivity: given.has('T') ? Number(given.get('T')) * 1000 : -1,
  }
  const preferred = given.has('6') ? 'inet6' : given.has('4') ? 'inet' : undefined
  const first = yield* parseAddress(c, words[0], d, preferred)
  const second = yield* parseAddress(c, words[1], d, preferred)
  if (second.options.has('fork') || (first.options.has('fork') && !isListener(first))) return yield* unsimulated(c, 'the option fork of anything but a listener in the first place')
  if (isListener(first) && first.options.has('fork')) return yield* serve(c, first, second, settings, d)
  if (!isListener(first)) return yield* transfer(yield* openChannel(c, first, d), yield* openSecond(c, second, d), settings, d)
  const listener = yield* listenOn(first, d)
  const served = yield* acceptOn(listener, first, d)
  if (served.input !== listener) yield* close(listener)
  yield* forgetListener(first)
  return yield* transfer(served, yield* openSecond(c, second, d), settings, d)
}
