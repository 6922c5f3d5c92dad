// ipcmk(1) of util-linux 2.38.1: makes System V IPC objects with random keys.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../../abi/errno.ts'
import { IPC_CREAT } from '../../../../abi/ipc.ts'
import { getoptLong } from '../../../../lib/getopt.ts'
import type { Crt } from '../../../libc/crt.ts'
import { call } from '../../../libc/syscall.ts'
import { warn } from '../../../libc/err.ts'
import type { OptionTable } from '../../../program-table.ts'
import { die, option, signedNumber, tryHelp } from '../common.ts'
import { IPCMK_HELP } from '../help/ipcmk.ts'

export const IPCMK_OPTIONS: OptionTable = {
  short: 'hM:QS:p:V',
  long: [
    { name: 'shmem', arg: 'required', is: 'M' }, { name: 'semaphore', arg: 'required', is: 'S' }, { name: 'queue', arg: 'none', is: 'Q' },
    { name: 'mode', arg: 'required', is: 'p' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'help', arg: 'none', is: 'h' },
  ],
}

/** strtosize: a number with K, M, G … (1024), or KB, MB … (1000). */
function parseSize(text: string): number | undefined {
  const m = /^(\d+)(?:([KMGTPEZY])(iB|B)?)?$/i.exec(text)
  if (m === null) return undefined
  const power = m[2] === undefined ? 0 : 'KMGTPEZY'.indexOf(m[2].toUpperCase()) + 1
  return Number(m[1]) * (m[3]?.toUpperCase() === 'B' ? 1000 : 1024) ** power
}

function* randomKey(): Flow<number> {
  const bytes = yield* call('getrandom', 4)
  return isErr(bytes) ? 1 : bytes.reduce((key, byte) => key * 256 + byte, 0) | 0
}

export function* ipcmk(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, IPCMK_OPTIONS.short, IPCMK_OPTIONS.long)
  let mode = 0o644
  let size: number | undefined
  let semaphores: number | undefined
  let queue = false
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, IPCMK_HELP)
    if (opt === 'M') size = parseSize(arg) ?? (yield* die(c, 1, `failed to parse size: '${arg}'`, E.EINVAL))
    else if (opt === 'S') semaphores = yield* signedNumber(c, arg, 'failed to parse elements')
    else if (opt === 'Q') queue = true
    else if (/^[0-7]+$/.test(arg)) mode = Number.parseInt(arg, 8)
    else yield* die(c, 1, 'failed to parse mode: Success')
  }
  if (size === undefined && semaphores === undefined && !queue) {
    yield* warn(c, 'bad usage')
    yield* tryHelp(c)
  }
  if (size !== undefined) yield* report(c, 'Shared memory', 'share memory', yield* call('shmget', yield* randomKey(), size, mode | IPC_CREAT))
  if (queue) yield* report(c, 'Message queue', 'message queue', yield* call('msgget', yield* randomKey(), mode | IPC_CREAT))
  if (semaphores !== undefined) yield* report(c, 'Semaphore', 'semaphore', yield* call('semget', yield* randomKey(), semaphores, mode | IPC_CREAT))
  return 0
}

function* report(c: Crt, name: string, what: string, id: number | Errno): Flow<void> {
  if (isErr(id)) yield* die(c, 1, `create ${what} failed`, id)
  else yield* c.stdout.write(`${name} id: ${id}\n`)
}
