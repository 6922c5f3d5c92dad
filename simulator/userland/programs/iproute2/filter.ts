// The words that narrow `ip link show` and `ip addr show`: a device, up, a type, a master, a scope.
import type { Flow } from '../../../abi/syscalls.ts'
import { IFF_UP, type Link, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_SITE, RT_SCOPE_UNIVERSE } from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { die, type Rtnl } from './rtnl.ts'
import type { Words } from './words.ts'

export const SCOPES = new Map([['global', RT_SCOPE_UNIVERSE], ['site', RT_SCOPE_SITE], ['link', RT_SCOPE_LINK], ['host', RT_SCOPE_HOST]])
export const scopeName = (scope: number): string => [...SCOPES].find(([, value]) => value === scope)?.[0] ?? String(scope)

export interface Filter {
  dev: string | undefined
  up: boolean
  kind: string | undefined
  master: number | undefined
  scope: number | undefined
  label: string | undefined
}

export function* parseFilter(c: Crt, rtnl: Rtnl, words: Words): Flow<Filter> {
  const f: Filter = { dev: undefined, up: false, kind: undefined, master: undefined, scope: undefined, label: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'up') f.up = true
    else if (word === 'type') f.kind = yield* words.value()
    else if (word === 'master') f.master = yield* rtnl.index(yield* words.value())
    else if (word === 'nomaster') f.master = 0
    else if (word === 'label') f.label = yield* words.value()
    else if (word === 'scope') {
      const name = yield* words.value()
      f.scope = SCOPES.get(name) ?? Number(name)
    } else f.dev = word === 'dev' ? yield* words.value() : word
  }
  if (f.dev !== undefined && !(yield* rtnl.find(f.dev))) yield* die(c, 1, `Device "${f.dev}" does not exist.`)
  return f
}

export function passes(link: Link, f: Filter): boolean {
  if (f.dev !== undefined && link.name !== f.dev && !link.altnames.includes(f.dev)) return false
  if (f.up && (link.flags & IFF_UP) === 0) return false
  if (f.kind !== undefined && link.kind !== f.kind && `${link.slaveKind}_slave` !== f.kind) return false
  return f.master === undefined || (link.master ?? 0) === f.master
}
