// The names of /etc/iproute2: routing tables, protocols, scopes, groups of devices, DS fields (lib/rt_names.c). Anybody may add to the files.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { readDir, readFile } from '../../libc/unistd.ts'

const DIR = '/etc/iproute2'

export class Names {
  readonly #byId = new Map<number, string>()
  readonly #byName = new Map<string, number>()

  static *read(file: string): Flow<Names> {
    const names = new Names()
    yield* names.#take(`${DIR}/${file}`)
    const more = yield* readDir(`${DIR}/${file}.d`)
    for (const entry of isErr(more) ? [] : more) if (entry.name.endsWith('.conf')) yield* names.#take(`${DIR}/${file}.d/${entry.name}`)
    return names
  }
  *#take(path: string): Flow<void> {
    const text = yield* readFile(path)
    if (isErr(text)) return
    for (const line of text.split('\n')) {
      const match = /^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]+)/i.exec(line)
      if (match === null) continue
      if (!this.#byId.has(Number(match[1]))) this.#byId.set(Number(match[1]), match[2])
      this.#byName.set(match[2], Number(match[1]))
    }
  }

  name(id: number): string {
    return this.#byId.get(id) ?? String(id)
  }
  hexName(id: number): string {
    return this.#byId.get(id) ?? `0x${id.toString(16).padStart(2, '0')}`
  }
  /** A name, or a number up to `max`. */
  id(text: string, max = 0xffffffff): number | undefined {
    const known = this.#byName.get(text)
    if (known !== undefined) return known
    const n = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
    return n <= max ? n : undefined
  }
}
export const tableNames = (): Flow<Names> => Names.read('rt_tables')
export const protocolNames = (): Flow<Names> => Names.read('rt_protos')
export const scopeNames = (): Flow<Names> => Names.read('rt_scopes')
export const groupNames = (): Flow<Names> => Names.read('group')
export const dsfieldNames = (): Flow<Names> => Names.read('rt_dsfield')

/** rtnl_rtntype_a2n: most names may be shortened. */
export const routeType = (text: string): number =>
  text === 'brd' ? 3 : ROUTE_TYPES.findIndex((name, i) => i > 0 && (name === text || (name !== 'local' && name !== 'nat' && text !== '' && name.startsWith(text))))
export const ROUTE_TYPES = ['none', 'unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'nat']

/** /etc/protocols (protocols(5)): a protocol's number, and back. */
export function* protocolNumbers(): Flow<readonly (readonly [string, number])[]> {
  const text = yield* readFile('/etc/protocols')
  return isErr(text) ? [] : text.split('\n').flatMap((line) => {
    const match = /^([^\s#]+)\s+(\d+)/.exec(line)
    return match === null ? [] : [[match[1], Number(match[2])] as const]
  })
}
