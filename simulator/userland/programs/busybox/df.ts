// BusyBox's df: one file system a line, columns of fixed width.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { stat } from '../../libc/unistd.ts'
import { options } from './applet.ts'
import { humanSize } from './human.ts'
import { type MountLine, mountTable } from './mount.ts'

export function* df(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'PkmhTait:B:', 'iBt')
  const isHuman = flags.has('h')
  const unit = flags.has('m') ? 1024 * 1024 : 1024
  const title = isHuman ? '     Size' : flags.has('m') ? '1M-blocks' : flags.has('P') ? '1024-blocks' : '1K-blocks'
  const type = flags.has('T') ? ' Type      ' : ''
  yield* c.stdout.write(`Filesystem          ${type} ${title.padStart(flags.has('P') ? 11 : 9)}      Used Available ${flags.has('P') ? 'Capacity' : 'Use%'} Mounted on\n`)
  const table = yield* mountTable()
  let status = 0
  const wanted: MountLine[] = []
  for (const path of operands) {
    const st = yield* stat(path)
    const full = isErr(st) ? undefined : yield* deviceOf(path, table)
    if (full !== undefined) wanted.push(full)
    else {
      yield* c.stdout.flush()
      yield* c.stderr.write(`df: ${path}: can't find mount point\n`)
      status = 1
    }
  }
  for (const entry of operands.length > 0 ? wanted : table) {
    const fs = yield* call('statfs', entry.target)
    if (isErr(fs) || (fs.blocks === 0 && operands.length === 0 && !flags.has('a'))) continue
    const amount = (blocks: number): string => (isHuman ? (blocks === 0 ? '0' : humanSize(blocks * fs.bsize)) : String(Math.floor((blocks * fs.bsize + unit / 2) / unit)))
    const used = fs.blocks - fs.bfree
    const percent = used + fs.bavail === 0 ? 0 : Math.floor((used * 100 + (used + fs.bavail) / 2) / (used + fs.bavail))
    const name = entry.source.length > 20 ? `${entry.source}\n${' '.repeat(20)}` : entry.source.padEnd(20)
    yield* c.stdout.write(`${name}${flags.has('T') ? ` ${entry.type.padEnd(10)}` : ''} ${amount(fs.blocks).padStart(9)} ${amount(used).padStart(9)} ${amount(fs.bavail).padStart(9)} ${`${percent}%`.padStart(4)} ${entry.target}\n`)
  }
  return status
}

/** find_mount_point: the last mount of the same device. */
function* deviceOf(path: string, table: readonly MountLine[]): Flow<MountLine | undefined> {
  const st = yield* stat(path)
  if (isErr(st)) return undefined
  for (const entry of [...table].reverse()) {
    const other = yield* stat(entry.target)
    if (!isErr(other) && other.dev === st.dev) return entry
  }
  return undefined
}
