// docker-proxy: one for each published port and address family. Takes connections on the host's port and makes others to the container, for those that no
// NAT rule reaches: from the host itself to localhost. Tells dockerd over descriptor 3 whether it listens.
import { isErr } from '../../../../abi/errno.ts'
import { SIGPIPE } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../../lib/bytes.ts'
import { type Crt, program } from '../../../libc/crt.ts'
import { unsimulated } from '../../../libc/err.ts'
import { GoRuntime } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { close, sigaction } from '../../../libc/unistd.ts'

const READY_FD = 3

interface Target {
  readonly address: string
  readonly port: number
}

function* report(text: string): Flow<void> {
  yield* call('write', READY_FD, encodeUtf8(text))
  yield* close(READY_FD)
}

function* copy(rt: GoRuntime, from: number, to: number): Flow<void> {
  for (;;) {
    const data = yield* rt.read(from)
    if (isErr(data) || data.length === 0) break
    if (isErr(yield* rt.write(to, data))) break
  }
  yield* call('shutdown', to, 1)
}

function* serve(rt: GoRuntime, client: number, target: Target): Flow<void> {
  const fd = yield* call('socket', 'inet', 'stream|cloexec', 0)
  if (isErr(fd) || isErr(yield* call('connect', fd, { family: 'inet', addr: target.address, port: target.port }))) {
    if (!isErr(fd)) yield* close(fd)
    yield* close(client)
    return
  }
  const state = { left: 2 }
  const half = function* (from: number, to: number): Flow<void> {
    yield* copy(rt, from, to)
    state.left -= 1
    if (state.left > 0) return
    yield* rt.close(fd)
    yield* rt.close(client)
  }
  rt.go(half(client, fd))
  rt.go(half(fd, client))
}

function* tcp(rt: GoRuntime, host: string, port: number, target: Target): Flow<number> {
  const family = host.includes(':') ? 'inet6' : 'inet'
  const fd = yield* call('socket', family, 'stream|cloexec', 0)
  if (isErr(fd)) return yield* refuse(`listen tcp ${host}:${port}: socket: ${fd.message.toLowerCase()}`)
  yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
  if (family === 'inet6') yield* call('setsockopt', fd, 'IPPROTO_IPV6', 'IPV6_V6ONLY', 1)
  const bound = yield* call('bind', fd, { family, addr: host, port })
  const where = `listen tcp${family === 'inet' ? '4' : '6'} ${family === 'inet' ? host : `[${host}]`}:${port}`
  if (isErr(bound)) return yield* refuse(`${where}: bind: ${bound.message.toLowerCase()}`)
  const listening = yield* call('listen', fd, 4096)
  if (isErr(listening)) return yield* refuse(`${where}: listen: ${listening.message.toLowerCase()}`)
  yield* report('0\n')
  for (;;) {
    const connection = yield* rt.accept(fd)
    if (!isErr(connection)) rt.go(serve(rt, connection.fd, target))
  }
}

function* udp(rt: GoRuntime, host: string, port: number, target: Target): Flow<number> {
  const family = host.includes(':') ? 'inet6' : 'inet'
  const fd = yield* call('socket', family, 'dgram|cloexec', 0)
  if (isErr(fd)) return yield* refuse(`listen udp: ${fd.message.toLowerCase()}`)
  if (family === 'inet6') yield* call('setsockopt', fd, 'IPPROTO_IPV6', 'IPV6_V6ONLY', 1)
  const bound = yield* call('bind', fd, { family, addr: host, port })
  if (isErr(bound)) return yield* refuse(`listen udp${family === 'inet' ? '4' : '6'} ${host}:${port}: bind: ${bound.message.toLowerCase()}`)
  yield* report('0\n')
  const backs = new Map<string, number>()
  for (;;) {
    yield* rt.readable(fd)
    const got = yield* call('recvfrom', fd, 65535, 0)
    if (isErr(got) || got.addr === undefined) continue
    const from = got.addr
    const key = JSON.stringify(from)
    let back = backs.get(key)
    if (back === undefined) {
      const made = yield* call('socket', 'inet', 'dgram|cloexec', 0)
      if (isErr(made)) continue
      back = made
      backs.set(key, made)
      yield* call('connect', made, { family: 'inet', addr: target.address, port: target.port })
      rt.go((function* () {
        for (;;) {
          const answer = yield* rt.read(made)
          if (isErr(answer)) return
          yield* call('sendto', fd, answer, 0, from)
        }
      })())
    }
    yield* call('write', back, got.data)
  }
}

function* refuse(message: string): Flow<number> {
  yield* report(`1\n${message}`)
  return 1
}

function* main(c: Crt): Flow<number> {
  const options = new Map<string, string>()
  for (let i = 1; i + 1 < c.argv.length; i += 2) options.set(c.argv[i].replace(/^--?/, ''), c.argv[i + 1])
  const target: Target = { address: options.get('container-ip') ?? '', port: Number(options.get('container-port')) }
  const host = options.get('host-ip') ?? '0.0.0.0'
  const port = Number(options.get('host-port'))
  yield* sigaction(SIGPIPE, 'ignore')
  const rt = new GoRuntime()
  switch (options.get('proto') ?? 'tcp') {
    case 'tcp': return yield* rt.run(tcp(rt, host, port, target))
    case 'udp': return yield* rt.run(udp(rt, host, port, target))
    default: return yield* unsimulated(c, `protocol ${options.get('proto') ?? ''}`)
  }
}
export const dockerProxy = program(main)
