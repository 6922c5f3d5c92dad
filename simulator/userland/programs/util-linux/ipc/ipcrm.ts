// ipcrm(1) of util-linux 2.38.1: removes System V IPC objects by id or key; also the old `ipcrm shm ID…`.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../../abi/errno.ts'
import { IPC_RMID } from '../../../../abi/ipc.ts'
import { getoptLong } from '../../../../lib/getopt.ts'
import type { Crt } from '../../../libc/crt.ts'
import { call } from '../../../libc/syscall.ts'
import { warn } from '../../../libc/err.ts'
import type { OptionTable } from '../../../program-table.ts'
import { die, option, tryHelp } from '../common.ts'
import { IPCRM_HELP } from '../help/ipcrm.ts'
import { ID_COLUMN, type IpcKind, readTable } from './tables.ts'

export const IPCRM_OPTIONS: OptionTable = {
  short: 'm:M:s:S:q:Q:a::vhV',
  long: [
    { name: 'shmem-id', arg: 'required', is: 'm' }, { name: 'shmem-key', arg: 'required', is: 'M' }, { name: 'queue-id', arg: 'required', is: 'q' },
    { name: 'queue-key', arg: 'required', is: 'Q' }, { name: 'semaphore-id', arg: 'required', is: 's' }, { name: 'semaphore-key', arg: 'required', is: 'S' },
    { name: 'all', arg: 'optional', is: 'a' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}
const KINDS: Readonly<Record<string, IpcKind>> = { m: 'shm', q: 'msg', s: 'sem' }
const WORDS: Readonly<Record<IpcKind, string>> = { shm: 'shared memory segment', msg: 'message queue', sem: 'semaphore' }

function* control(kind: IpcKind, id: number): Flow<Errno | undefined> {
  const result = kind === 'shm' ? yield* call('shmctl', id, IPC_RMID, undefined) : kind === 'msg' ? yield* call('msgctl', id, IPC_RMID, undefined) : yield* call('semctl', id, 0, IPC_RMID, undefined)
  return isErr(result) ? result : undefined
}

/** Removes one; false when it could not. `named` is the id or key as typed. */
function* remove(c: Crt, kind: IpcKind, id: number, named: string, byKey: boolean, verbose: boolean): Flow<boolean> {
  if (verbose) yield* c.stdout.write(`removing ${WORDS[kind]} id \`${id}'\n`)
  const error = yield* control(kind, id)
  if (error === undefined) return true
  const what = byKey ? 'key' : 'id'
  const words = new Map<Errno, string>([[E.EACCES, 'permission denied for'], [E.EPERM, 'permission denied for'], [E.EINVAL, 'invalid'], [E.EIDRM, 'already removed']])
  const text = words.get(error)
  // warnx(3) doesn't wait for what stdout still holds.
  yield* c.stderr.write(`${c.name}: ${text === undefined ? `${what} failed: ${error.message}` : `${text} ${what} (${named})`}\n`)
  return false
}

/** The id behind a key, or undefined after a complaint. */
function* byKey(c: Crt, kind: IpcKind, text: string): Flow<number | undefined> {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return yield* die(c, 1, `failed to parse argument: '${text}'`)
  const key = Number(text.startsWith('0') && !/^0x/i.test(text) ? Number.parseInt(text, 8) : text)
  if (key === 0) {
    yield* warn(c, `illegal key (${text})`)
    return undefined
  }
  const id = kind === 'shm' ? yield* call('shmget', key | 0, 0, 0) : kind === 'msg' ? yield* call('msgget', key | 0, 0) : yield* call('semget', key | 0, 0, 0)
  if (!isErr(id)) return id
  const words = new Map<Errno, string>([[E.EACCES, 'permission denied for key'], [E.EIDRM, 'already removed key'], [E.ENOENT, 'invalid key']])
  const known = words.get(id)
  yield* known === undefined ? warn(c, 'key failed', id) : warn(c, `${known} (${text})`)
  return undefined
}

function* parseId(c: Crt, text: string): Flow<number> {
  return /^\s*[-+]?\d+$/.test(text) ? Number(text) : yield* die(c, 1, `failed to parse argument: '${text}'`)
}

/** The deprecated form. */
function* removeOld(c: Crt, [word, ...ids]: readonly string[]): Flow<number> {
  const kind: IpcKind | undefined = word === 'shm' || word === 'msg' || word === 'sem' ? word : undefined
  if (kind === undefined) {
    yield* warn(c, `unknown argument: ${word}`)
    return yield* tryHelp(c)
  }
  if (ids.length === 0) {
    yield* warn(c, 'not enough arguments')
    return yield* tryHelp(c)
  }
  let failed = false
  for (const text of ids) failed = !(yield* remove(c, kind, yield* parseId(c, text), text, false, false)) || failed
  if (failed) return 1
  yield* c.stdout.write('resource(s) deleted\n')
  return 0
}

export function* ipcrm(c: Crt): Flow<number> {
  if (c.argv.length < 2) return 0
  if (!c.argv[1].startsWith('-')) return yield* removeOld(c, c.argv.slice(1))
  const parsed = getoptLong(c.argv, IPCRM_OPTIONS.short, IPCRM_OPTIONS.long)
  const all = new Set<IpcKind>()
  let failed = false
  let verbose = false
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, IPCRM_HELP)
    const kind = KINDS[opt.toLowerCase()]
    if (opt === 'v') verbose = true
    else if (opt === 'a') {
      if (arg === undefined) for (const each of ['shm', 'sem', 'msg'] as const) all.add(each)
      else if (arg === 'shm' || arg === 'msg' || arg === 'sem') all.add(arg)
      else yield* die(c, 1, `unknown argument: ${arg}`)
    } else if (kind !== undefined) {
      const text = arg ?? ''
      const isKey = opt !== opt.toLowerCase()
      const id = isKey ? yield* byKey(c, kind, text) : yield* parseId(c, text)
      if (id === undefined || !(yield* remove(c, kind, id, text, isKey, verbose))) failed = true
    }
  }
  for (const kind of ['shm', 'sem', 'msg'] as const) {
    if (!all.has(kind)) continue
    for (const entry of yield* readTable(kind)) if (!(yield* remove(c, kind, entry[ID_COLUMN[kind]], String(entry[ID_COLUMN[kind]]), false, verbose))) failed = true
  }
  if (parsed.operands.length > 0) {
    yield* warn(c, `unknown argument: ${parsed.operands[0]}`)
    yield* tryHelp(c)
  }
  return failed ? 1 : 0
}
