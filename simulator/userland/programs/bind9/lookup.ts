// What dig, host and nslookup share: which servers are asked how often, and how they say that nobody answers.
import type { Flow } from '../../../abi/syscalls.ts'
import { DNS_TYPES, type DnsMessage } from '../../../lib/dns.ts'
import { parseIp } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { askServer, type ResolverConfig } from '../../libc/dns.ts'

const DNS_PORT = 53
const PROBLEMS = { refused: 'connection refused', unreachable: 'network unreachable', timeout: 'timed out' } as const

export interface Reply {
  readonly message: DnsMessage
  readonly server: string
  readonly port: number
}
/** Asks each server `tries` times; says what goes wrong on the way. */
export function* ask(c: Crt, servers: readonly string[], name: string, type: number, { tries, timeout, port = DNS_PORT }: { readonly tries: number; readonly timeout: number; readonly port?: number }): Flow<Reply | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    for (const server of servers) {
      const answer = yield* askServer(server, port, name, type, timeout * 1000)
      if (typeof answer === 'object') return { message: answer, server, port }
      yield* c.stdout.write(`;; communications error to ${server}#${port}: ${PROBLEMS[answer]}\n`)
    }
  }
  return undefined
}
export const typeNumber = (name: string): number | undefined => Object.entries(DNS_TYPES).find(([type]) => type === name.toUpperCase())?.[1]
export const isAddress = (text: string): boolean => parseIp('inet', text) !== undefined || parseIp('inet6', text) !== undefined
/** The names tried for a short one: with the domains of resolv.conf. */
export const withSearch = (name: string, { search, ndots }: ResolverConfig): readonly string[] =>
  name.endsWith('.') ? [name.slice(0, -1)] : name.split('.').length - 1 >= ndots ? [name, ...search.map((d) => `${name}.${d}`)] : [...search.map((d) => `${name}.${d}`), name]
