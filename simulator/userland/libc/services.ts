// getservbyname(3), getservbyport(3): the names of ports in /etc/services.
import { isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { readFile } from './unistd.ts'

/** Every line: names, port, protocol. */
function* services(): Flow<readonly (readonly [names: readonly string[], port: number, protocol: string])[]> {
  const read = yield* readFile('/etc/services')
  return (isErr(read) ? '' : read).split('\n').flatMap((line) => {
    const [name, port, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const match = /^(\d+)\/(\w+)$/.exec(port ?? '')
    return match === null ? [] : [[[name, ...aliases], Number(match[1]), match[2]] as const]
  })
}
/** getservbyport(3) */
export function* serviceName(port: number, protocol: string): Flow<string | undefined> {
  return (yield* services()).find(([, p, proto]) => p === port && proto === protocol)?.[0][0]
}
/** All names of a protocol's ports at once, for tables. */
export function* serviceNames(protocol: string): Flow<ReadonlyMap<number, string>> {
  const names = new Map<number, string>()
  for (const [[name], port, proto] of yield* services()) if (proto === protocol && !names.has(port)) names.set(port, name)
  return names
}
/** getservbyname(3) */
export function* servicePort(name: string, protocol: string): Flow<number | undefined> {
  return (yield* services()).find(([names, , proto]) => proto === protocol && names.includes(name))?.[1]
}
