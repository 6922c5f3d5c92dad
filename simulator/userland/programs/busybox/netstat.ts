// BusyBox's netstat: TCP and UDP sockets out of /proc/net, with numbers only (-n), and the routing table (-r). Unix and raw sockets and names are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { formatIpv4, formatIpv6 } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { options } from './applet.ts'
import { routeTable } from './net-tools.ts'

const STATES = ['', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING']
const LISTEN = 10, ESTABLISHED = 1
const HEADER = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       \n'

/** `0100007F:0050` of /proc/net/tcp: four bytes at a time in the machine's own order. */
function endpoint(text: string): { readonly text: string; readonly port: number } {
  const [hex, port] = text.split(':')
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse()).join('')
  const address = bytes.length === 8 ? formatIpv4(Number.parseInt(bytes, 16)) : formatIpv6(BigInt(`0x${bytes}`))
  const number = Number.parseInt(port, 16)
  return { text: `${address}:${number === 0 ? '*' : number}`, port: number }
}

export function* netstat(c: Crt): Flow<number> {
  const { flags } = yield* options(c, 'laentuwxr', 'wx')
  if (flags.has('r')) return yield* routeTable(c, flags.has('n'))
  if (!flags.has('n')) return yield* unsimulated(c, 'netstat without -n')
  if (!flags.has('t') && !flags.has('u')) return yield* unsimulated(c, 'netstat without -t or -u')
  const which = flags.has('l') ? 'only servers' : flags.has('a') ? 'servers and established' : 'w/o servers'
  yield* c.stdout.write(`Active Internet connections (${which})\n${HEADER}`)
  for (const proto of ['tcp', 'udp'] as const) {
    if (!flags.has(proto[0])) continue
    for (const file of [proto, `${proto}6`]) {
      const text = yield* readFile(`/proc/net/${file}`)
      for (const line of isErr(text) ? [] : text.split('\n').slice(1).filter((l) => l !== '')) {
        const [, local, remote, state, queues] = line.trim().split(/\s+/)
        const number = Number.parseInt(state, 16)
        const from = endpoint(local)
        const to = endpoint(remote)
        const isServer = proto === 'tcp' ? number === LISTEN : to.port === 0
        if (!flags.has('a') && isServer !== flags.has('l')) continue
        const [send, receive] = queues.split(':').map((hex) => Number.parseInt(hex, 16))
        const word = proto === 'tcp' || number === ESTABLISHED ? STATES[number] ?? '' : ''
        yield* c.stdout.write(`${proto}   ${String(receive).padStart(6)} ${String(send).padStart(6)} ${from.text.padEnd(23)} ${to.text.padEnd(23)} ${word.padEnd(12)}\n`)
      }
    }
  }
  return 0
}
