// The bwrap process that stays outside (bubblewrap.c: monitor_child): waits for the command's exit status or for the sandbox to fall apart.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { NS_FLAG, type NsType } from '../../../abi/sched.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, read, waitpid, writeAll } from '../../libc/unistd.ts'
import { die, must } from './die.ts'
import { closeExtra, exitStatusOf } from './init.ts'

const NAMESPACES: readonly NsType[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']

/** --info-fd and --json-status-fd: the child's PID and the numbers of its new namespaces. */
export function* writeInfo(c: Crt, fds: ReadonlyMap<string, number>, procFd: number, pid: number, flags: number): Flow<void> {
  const fields = [`"child-pid": ${pid}`]
  for (const name of NAMESPACES) {
    if ((flags & NS_FLAG[name]) === 0) continue
    const st = yield* call('newfstatat', procFd, `${pid}/ns/${name}`, 0)
    if (!isErr(st)) fields.push(`"${name}-namespace": ${st.ino}`)
  }
  const info = fds.get('--info-fd')
  if (info !== undefined) {
    yield* must(c, yield* writeAll(info, encodeUtf8(`{\n${fields.map((field) => `    ${field}`).join(',\n')}\n}\n`)), 'Write to info_fd')
    yield* close(info)
  }
  const json = fds.get('--json-status-fd')
  if (json !== undefined) yield* must(c, yield* writeAll(json, encodeUtf8(`{ ${fields.join(', ')} }\n`)), 'Write to json_status_fd')
}

export function* monitor(c: Crt, procFd: number, pid: number, statusFd: number | undefined, jsonFd: number | undefined): Flow<number> {
  yield* closeExtra(procFd, [statusFd, jsonFd])
  const status = (statusFd === undefined ? undefined : yield* commandStatus(statusFd)) ?? (yield* childStatus(c, pid))
  if (jsonFd !== undefined) yield* writeAll(jsonFd, encodeUtf8(`{ "exit-code": ${status} }\n`))
  return status
}

/** What PID 1 reports; undefined if it ended without a word. */
function* commandStatus(fd: number): Flow<number | undefined> {
  for (;;) {
    const data = yield* read(fd, 1)
    if (data === E.EINTR) continue
    return isErr(data) || data.length === 0 ? undefined : data[0]
  }
}

function* childStatus(c: Crt, pid: number): Flow<number> {
  for (;;) {
    const ended = yield* waitpid(-1)
    if (ended === E.EINTR) continue
    if (isErr(ended)) return yield* die(c, 'waitpid', ended)
    if (ended.pid === pid) return exitStatusOf(ended.status)
  }
}
