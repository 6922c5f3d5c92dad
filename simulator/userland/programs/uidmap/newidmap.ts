// newuidmap(1) and newgidmap(1) of shadow 4.13, setuid root: write a map with more than one's own id for a process of one's own,
// as far as /etc/subuid and /etc/subgid grant it.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_DIRECTORY, O_RDONLY, O_WRONLY } from '../../../abi/fcntl.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { readLoginDefs } from '../../libc/login-defs.ts'
import { getpwuid, type Passwd } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, open, read } from '../../libc/unistd.ts'
import { grantsRange, readSubids } from './subid.ts'

interface Range {
  readonly inside: number
  readonly outside: number
  readonly count: number
}
type Kind = 'uid' | 'gid'

const MAX_ID = 0xffffffff

function* die(c: Crt, message: string): Flow<never> {
  yield* warn(c, message)
  return exit(1)
}

function* usage(c: Crt, kind: Kind): Flow<never> {
  yield* c.stderr.write(`usage: ${c.name} <pid> <${kind}> <lower${kind}> <count> [ <${kind}> <lower${kind}> <count> ] ... \n`)
  return exit(1)
}

function* main(c: Crt, kind: Kind): Flow<number> {
  const [target, ...words] = c.argv.slice(1)
  if (target === undefined || !/^[+-]?\d+$/.test(target)) return yield* usage(c, kind)
  const pid = Number(target) >>> 0
  const dir = yield* open(`/proc/${pid}/`, O_RDONLY | O_DIRECTORY)
  if (isErr(dir)) return yield* die(c, `Could not open proc directory for target ${pid}`)
  const me = yield* getpwuid((yield* call('getuid')) as number)
  if (!me) return yield* die(c, 'Cannot determine your user name.')
  yield* requireOwnProcess(c, kind, dir, pid, me)

  const ranges = yield* parseRanges(c, kind, words)
  const allowSetgroups = yield* verify(c, kind, ranges, me)
  if (kind === 'gid' && !allowSetgroups) yield* denySetgroups(c, dir)
  yield* writeAt(c, dir, `${kind}_map`, ranges.map((r) => `${r.inside} ${r.outside} ${r.count}\n`).join(''), `write to ${kind}_map failed`)
  return 0
}

function* requireOwnProcess(c: Crt, kind: Kind, dir: number, pid: number, me: Passwd): Flow<void> {
  const st = yield* fstat(dir)
  if (isErr(st)) return yield* die(c, `Could not stat directory for target ${pid}`)
  const gid = yield* call('getgid')
  const auxiliary = (yield* readLoginDefs()).get('GRANT_AUX_GROUP_SUBIDS') === 'yes'
  if (me.uid === st.uid && gid === st.gid && (gid === me.gid || auxiliary)) return
  const what = kind === 'uid' ? `Target process ${pid}` : `Target ${pid}`
  yield* die(c, `${what} is owned by a different user: uid:${me.uid} pw_uid:${me.uid} st_uid:${st.uid}, gid:${String(gid)} pw_gid:${me.gid} st_gid:${st.gid}`)
}

function* parseRanges(c: Crt, kind: Kind, words: readonly string[]): Flow<Range[]> {
  const count = Math.floor((words.length + 2) / 3)
  if (count * 3 > words.length) {
    yield* c.stderr.write(`ranges: ${count} argc: ${words.length}\n`)
    yield* warn(c, `Not enough arguments to form ${count} mappings`)
    return yield* usage(c, kind)
  }
  if (words.some((word) => !/^\d+$/.test(word))) return yield* usage(c, kind)
  const ranges: Range[] = []
  for (let i = 0; i < count; i++) {
    const [inside, outside, length] = words.slice(i * 3, i * 3 + 3).map(Number)
    if (inside > MAX_ID || outside > MAX_ID || length > MAX_ID || inside + length > MAX_ID || outside + length > MAX_ID) return yield* die(c, 'subuid overflow detected.')
    ranges.push({ inside, outside, count: length })
  }
  return ranges
}

/** Every range must be granted, or be one's own id. Answers whether the group map holds granted groups, so that setgroups may stay allowed. */
function* verify(c: Crt, kind: Kind, ranges: readonly Range[], me: Passwd): Flow<boolean> {
  const subids = yield* readSubids(`/etc/sub${kind}`)
  let granted = false
  for (const r of ranges) {
    if (r.count > 0 && grantsRange(subids, me.name, me.uid, r.outside, r.count)) granted = true
    else if (!(r.count === 1 && r.outside === (kind === 'uid' ? me.uid : me.gid))) {
      return yield* die(c, `${kind} range [${r.inside}-${r.inside + r.count}) -> [${r.outside}-${r.outside + r.count}) not allowed`)
    }
  }
  return granted
}

function* denySetgroups(c: Crt, dir: number): Flow<void> {
  const fd = yield* call('openat', dir, 'setgroups', O_RDONLY, 0)
  if (isErr(fd)) return
  const now = yield* read(fd, 64)
  yield* close(fd)
  if (!isErr(now) && decodeUtf8(now).startsWith('deny')) return
  yield* writeAt(c, dir, 'setgroups', 'deny', 'failed to setgroups deny policy')
}

function* writeAt(c: Crt, dir: number, file: string, text: string, failure: string): Flow<void> {
  const fd = yield* call('openat', dir, file, O_WRONLY, 0)
  if (isErr(fd)) return yield* die(c, `open of ${file} failed: ${fd.message}`)
  const n = yield* call('write', fd, encodeUtf8(text))
  if (isErr(n)) yield* die(c, `${failure}: ${n.message}`)
  yield* close(fd)
}

export const newuidmap = program((c) => main(c, 'uid'))
export const newgidmap = program((c) => main(c, 'gid'))
