// BusyBox's nc: one connection, joined to the standard streams. -e, -f and -ll are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { POLLERR, POLLHUP, POLLIN } from '../../../abi/fcntl.ts'
import { SIGALRM } from '../../../abi/signal.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, sigaction, writeAll } from '../../libc/unistd.ts'
import { die, number, options, showUsage } from './applet.ts'

const SHUT_WR = 1
const SIZE = 8192

export function* nc(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'lp:w:i:f:e:N', 'iefN')
  const listens = flags.has('l')
  const port = flags.get('p')
  if (listens ? operands.length > 2 : operands.length !== 2) return yield* showUsage(c)
  const wait = flags.get('w')
  if (wait !== undefined) {
    yield* sigaction(SIGALRM, function* () {
      yield* c.stderr.write('nc: timed out\n')
      yield* call('exit_group', 1)
    })
    yield* call('alarm', yield* number(c, wait))
  }
  const fd = listens ? yield* acceptOne(c, port === undefined ? 0 : yield* number(c, port), operands[0]) : yield* connectTo(c, operands[0], operands[1], port)
  if (wait !== undefined) yield* call('alarm', 0)
  return yield* join(fd)
}

function* acceptOne(c: Crt, port: number, host: string | undefined): Flow<number> {
  const fd = yield* call('socket', 'inet', 'stream', 0)
  if (isErr(fd)) return yield* die(c, 'socket', fd)
  yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
  const found = host === undefined ? undefined : yield* getaddrinfo(host, 'inet')
  if (found !== undefined && isGaiError(found)) return yield* die(c, `bad address '${host}'`)
  const bound = yield* call('bind', fd, { family: 'inet', addr: found?.[0].addr ?? '0.0.0.0', port })
  if (isErr(bound)) return yield* die(c, 'bind', bound)
  const listening = yield* call('listen', fd, 1)
  if (isErr(listening)) return yield* die(c, 'listen', listening)
  const accepted = yield* call('accept4', fd, 0)
  if (isErr(accepted)) return yield* die(c, 'accept', accepted)
  yield* close(fd)
  return accepted.fd
}

function* connectTo(c: Crt, host: string, service: string, local: string | undefined): Flow<number> {
  if (!/^\d+$/.test(service)) return yield* unsimulated(c, `the service ${service} by name`)
  const found = yield* getaddrinfo(host)
  if (isGaiError(found)) return yield* die(c, `bad address '${host}'`)
  const [{ family, addr }] = found
  const fd = yield* call('socket', family, 'stream', 0)
  if (isErr(fd)) return yield* die(c, 'socket', fd)
  if (local !== undefined) {
    const bound = yield* call('bind', fd, { family, addr: family === 'inet' ? '0.0.0.0' : '::', port: yield* number(c, local) })
    if (isErr(bound)) return yield* die(c, 'bind', bound)
  }
  const connected = yield* call('connect', fd, { family, addr, port: Number(service) })
  if (isErr(connected)) return yield* die(c, `can't connect to remote host (${addr})`, connected)
  return fd
}

/** Until the network side ends; the end of our input only shuts our half. */
function* join(fd: number): Flow<number> {
  let inputOpen = true
  for (;;) {
    const watched = inputOpen ? [{ fd: 0, events: POLLIN }, { fd, events: POLLIN }] : [{ fd, events: POLLIN }]
    const events = yield* call('poll', watched, -1)
    if (isErr(events)) continue
    for (const [index, { fd: from }] of watched.entries()) {
      if ((events[index] & (POLLIN | POLLHUP | POLLERR)) === 0) continue
      const data = yield* call('read', from, SIZE)
      const isOver = isErr(data) || data.length === 0
      if (isOver && from === fd) return 0
      if (isOver) {
        yield* call('shutdown', fd, SHUT_WR)
        inputOpen = false
      } else yield* writeAll(from === fd ? 1 : fd, data)
    }
  }
}
