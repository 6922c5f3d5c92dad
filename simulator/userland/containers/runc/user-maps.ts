// uid_map and gid_map of a container's user namespace (nsexec.c: update_uidmap): written directly with the privileges, else by newuidmap and newgidmap.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { call } from '../../libc/syscall.ts'
import { waitpid, writeFile } from '../../libc/unistd.ts'
import { fail, goText } from '../go-error.ts'
import type { Bootstrap } from './channel.ts'

export function* writeMaps({ uidMap, gidMap, isRootless }: Bootstrap, pid: number): Flow<void> {
  // Who may not map groups freely must forbid setgroups(2) first.
  if (isRootless && lines(gidMap) === 1) yield* writeFile(`/proc/${pid}/setgroups`, 'deny', O_WRONLY)
  yield* writeMap('uid', uidMap, pid)
  yield* writeMap('gid', gidMap, pid)
}

const lines = (map: string): number => map.split('\n').length - 1

function* writeMap(kind: 'uid' | 'gid', map: string, pid: number): Flow<void> {
  if (map === '') return
  const file = `/proc/${pid}/${kind}_map`
  const written = yield* writeFile(file, map, O_WRONLY)
  if (!isErr(written)) return
  if (written.name !== 'EPERM') fail(`nsexec: failed to update /proc/${pid}/${kind}_map: ${goText(written)}`)
  yield* mapWithHelper(kind, map, pid)
}

function* mapWithHelper(kind: 'uid' | 'gid', map: string, pid: number): Flow<void> {
  const helper = `/usr/bin/new${kind}map`
  const child = yield* call('clone', 0, function* exec() {
    yield* call('execve', helper, [helper, String(pid), ...map.trim().split(/\s+/)], [])
    return 1
  })
  const result = isErr(child) ? child : yield* waitpid(child)
  if (isErr(result) || result.status !== 0) fail(`nsexec: failed to use new${kind}map: ${kind} mapping ${map.trim()} was refused`)
}
