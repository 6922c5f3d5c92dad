// ss -s: how many sockets there are, from the counters of /proc/net.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Crt } from '../../../libc/crt.ts'
import { readFile } from '../../../libc/unistd.ts'

/** `TCP: inuse 5 orphan 0` → TCP.inuse = 5 */
function* counters(): Flow<(name: string) => number> {
  const values = new Map<string, number>()
  for (const file of ['sockstat', 'sockstat6']) {
    const text = yield* readFile(`/proc/net/${file}`)
    for (const line of (isErr(text) ? '' : text).split('\n')) {
      const [label, ...words] = line.split(/\s+/)
      for (let i = 0; i + 1 < words.length; i += 2) values.set(`${label}${words[i]}`, Number(words[i + 1]))
    }
  }
  return (name) => values.get(name) ?? 0
}
/** A value of /proc/net/snmp. */
function* snmp(protocol: string, name: string): Flow<number> {
  const text = yield* readFile('/proc/net/snmp')
  const [names, values] = (isErr(text) ? '' : text).split('\n').filter((line) => line.startsWith(`${protocol}:`)).map((line) => line.split(' '))
  return names === undefined || values === undefined ? 0 : Number(values[names.indexOf(name)] ?? 0)
}

export function* printSummary(c: Crt): Flow<void> {
  const n = yield* counters()
  const established = yield* snmp('Tcp', 'CurrEstab')
  const tcp = n('TCP:inuse'), tcp6 = n('TCP6:inuse'), timeWait = n('TCP:tw'), total = n('TCP:alloc')
  const row = (name: string, v4: number, v6: number): string => `${name}\t  ${[v4 + v6, v4, v6].map((v) => String(v).padEnd(9)).join(' ')}\n`
  yield* c.stdout.write(`Total: ${n('sockets:used')}\nTCP:   ${total + timeWait} (estab ${established}, closed ${total - (tcp + tcp6 - timeWait)}, orphaned ${n('TCP:orphan')}, timewait ${timeWait})\n\n`)
  yield* c.stdout.write(`Transport Total     IP        IPv6\n${row('RAW', n('RAW:inuse'), n('RAW6:inuse'))}${row('UDP', n('UDP:inuse'), n('UDP6:inuse'))}${row('TCP', tcp, tcp6)}`)
  yield* c.stdout.write(`${row('INET', n('RAW:inuse') + n('UDP:inuse') + tcp, n('RAW6:inuse') + n('UDP6:inuse') + tcp6)}${row('FRAG', n('FRAG:inuse'), n('FRAG6:inuse'))}\n`)
}
