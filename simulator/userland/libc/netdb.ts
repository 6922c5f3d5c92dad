// Host names from /etc/hosts: the part of getaddrinfo(3) and gethostbyname(3) that works without a name server.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readFile } from './unistd.ts'

export interface HostEntry {
  readonly addr: string
  /** The first name of the line. */
  readonly name: string
  readonly aliases: readonly string[]
}

export function parseHosts(text: string): HostEntry[] {
  const entries: HostEntry[] = []
  for (const line of text.split('\n')) {
    const [addr, name, ...aliases] = line.replace(/#.*/, '').split(/\s+/).filter((word) => word !== '')
    if (name !== undefined) entries.push({ addr, name, aliases })
  }
  return entries
}

/** The lines of /etc/hosts that bear a name; none if only a name server could know it. */
export function* lookupHost(name: string): Flow<readonly HostEntry[]> {
  const text = yield* readFile('/etc/hosts')
  if (isErr(text)) return []
  const wanted = name.toLowerCase()
  return parseHosts(text).filter((e) => [e.name, ...e.aliases].some((n) => n.toLowerCase() === wanted))
}
