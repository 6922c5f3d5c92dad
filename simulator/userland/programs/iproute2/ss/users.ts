// Which processes hold a socket: ss reads the links in /proc/PID/fd (user_ent_hash_build).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readDir, readFile, readlink } from '../../../libc/unistd.ts'

/** Socket inode → `("nc",pid=12,fd=3),…`, the process found last in front. */
export function* socketUsers(): Flow<ReadonlyMap<number, string>> {
  const users = new Map<number, string>()
  const processes = yield* readDir('/proc')
  for (const { name: pid } of isErr(processes) ? [] : processes) {
    if (!/^\d+$/.test(pid)) continue
    const fds = yield* readDir(`/proc/${pid}/fd`)
    if (isErr(fds)) continue
    let comm: string | undefined
    for (const { name: fd } of fds) {
      if (!/^\d+$/.test(fd)) continue
      const target = yield* readlink(`/proc/${pid}/fd/${fd}`)
      const inode = isErr(target) ? null : /^socket:\[(\d+)\]$/.exec(target)
      if (inode === null) continue
      comm ??= yield* commOf(pid)
      const others = users.get(Number(inode[1]))
      users.set(Number(inode[1]), `("${comm}",pid=${pid},fd=${fd})${others === undefined ? '' : `,${others}`}`)
    }
  }
  return users
}
function* commOf(pid: string): Flow<string> {
  const stat = yield* readFile(`/proc/${pid}/stat`)
  return isErr(stat) ? '' : (/^\d+ \((.*)\)/s.exec(stat)?.[1] ?? '')
}
