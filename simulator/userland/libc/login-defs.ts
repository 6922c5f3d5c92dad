// Settings of /etc/login.defs (login.defs(5)) and the groups and files that programs of the login family share.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readFile } from './unistd.ts'

/** All settings by name. */
export function* readLoginDefs(): Flow<ReadonlyMap<string, string>> {
  const text = yield* readFile('/etc/login.defs')
  const settings = new Map<string, string>()
  if (isErr(text)) return settings
  for (const line of text.split('\n')) {
    const m = /^\s*([A-Z_]+)\s+(.*?)\s*$/.exec(line)
    if (m) settings.set(m[1], m[2])
  }
  return settings
}

/** The shells of /etc/shells. */
export function* readShells(): Flow<readonly string[]> {
  const text = yield* readFile('/etc/shells')
  return isErr(text) ? [] : text.split('\n').filter((line) => line.startsWith('/'))
}
