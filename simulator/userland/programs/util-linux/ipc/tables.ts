// The three tables of /proc/sysvipc, and the limits, as ipcs, ipcrm and lsipc read them (sys-utils/ipcutils.c).
import type { Flow } from '../../../../abi/syscalls.ts'
import { isErr } from '../../../../abi/errno.ts'
import { readFile } from '../../../libc/unistd.ts'

export type IpcKind = 'shm' | 'msg' | 'sem'
/** A line by the names of its columns. */
export type IpcEntry = Readonly<Record<string, number>>

/** The id's column in each table. */
export const ID_COLUMN: Readonly<Record<IpcKind, string>> = { shm: 'shmid', msg: 'msqid', sem: 'semid' }

export function* readTable(kind: IpcKind): Flow<readonly IpcEntry[]> {
  const text = yield* readFile(`/proc/sysvipc/${kind}`)
  if (isErr(text)) return []
  const [header, ...lines] = text.split('\n').filter((line) => line !== '')
  const names = header.trim().split(/\s+/)
  return lines.map((line) => {
    const values = line.trim().split(/\s+/)
    return Object.fromEntries(names.map((name, i) => [name, name === 'perms' ? Number.parseInt(values[i], 8) : Number(values[i])]))
  })
}

export function* readLimit(name: string): Flow<readonly string[]> {
  const text = yield* readFile(`/proc/sys/kernel/${name}`)
  return isErr(text) ? [] : text.trim().split(/\s+/)
}

export const keyText = (key: number): string => `0x${(key >>> 0).toString(16).padStart(8, '0')}`
