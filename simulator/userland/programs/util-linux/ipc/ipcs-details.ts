// ipcs -i: one object in full.
import type { Flow } from '../../../../abi/syscalls.ts'
import { isErr } from '../../../../abi/errno.ts'
import { GETALL } from '../../../../abi/ipc.ts'
import type { Crt } from '../../../libc/crt.ts'
import { warn } from '../../../libc/err.ts'
import { call } from '../../../libc/syscall.ts'
import { strftime } from '../../../libc/time.ts'
import { ID_COLUMN, type IpcKind, readTable } from './tables.ts'

const time = (name: string, seconds: number): string => `${name}=${(seconds === 0 ? 'Not set' : strftime('%a %b %e %H:%M:%S %Y', seconds)).padEnd(26)}\n`
const octal = (mode: number): string => `0${mode.toString(8)}`

export function* printDetails(c: Crt, kind: IpcKind, id: number): Flow<number> {
  const entry = (yield* readTable(kind)).find((e) => e[ID_COLUMN[kind]] === id)
  if (entry === undefined) {
    yield* warn(c, `id ${id} not found`)
    return 0
  }
  const e = entry
  if (kind === 'shm') {
    yield* c.stdout.write(`\nShared memory Segment shmid=${id}\nuid=${e.uid}\tgid=${e.gid}\tcuid=${e.cuid}\tcgid=${e.cgid}\nmode=${octal(e.perms)}\taccess_perms=${octal(e.perms & 0o777)}\n`)
    yield* c.stdout.write(`bytes=${e.size}\tlpid=${e.lpid}\tcpid=${e.cpid}\tnattch=${e.nattch}\n${time('att_time', e.atime)}${time('det_time', e.dtime)}${time('change_time', e.ctime)}\n`)
  } else if (kind === 'msg') {
    const qbytes = yield* call('msgctl', id, 2, undefined)
    const size = isErr(qbytes) ? 0 : (qbytes as { readonly qbytes: number }).qbytes
    yield* c.stdout.write(`\nMessage Queue msqid=${id}\nuid=${e.uid}\tgid=${e.gid}\tcuid=${e.cuid}\tcgid=${e.cgid}\tmode=${octal(e.perms)}\ncbytes=${e.cbytes}\tqbytes=${size}\tqnum=${e.qnum}\tlspid=${e.lspid}\tlrpid=${e.lrpid}\n`)
    yield* c.stdout.write(`${time('send_time', e.stime)}${time('rcv_time', e.rtime)}${time('change_time', e.ctime)}\n`)
  } else {
    yield* c.stdout.write(`\nSemaphore Array semid=${id}\nuid=${e.uid}\t gid=${e.gid}\t cuid=${e.cuid}\t cgid=${e.cgid}\nmode=${octal(e.perms)}, access_perms=${octal(e.perms & 0o777)}\nnsems = ${e.nsems}\n`)
    yield* c.stdout.write(time('otime ', e.otime).replace('=', '= ') + time('ctime ', e.ctime).replace('=', '= '))
    yield* c.stdout.write('semnum     value      ncount     zcount     pid       \n')
    const values = yield* call('semctl', id, 0, GETALL, undefined)
    if (Array.isArray(values)) for (const [i, value] of values.entries()) yield* c.stdout.write(`${[i, value, 0, 0, 0].map((n) => String(n).padEnd(10)).join(' ')}\n`)
    yield* c.stdout.write('\n')
  }
  return 0
}
