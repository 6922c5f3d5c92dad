// lsipc without a kind, or with --global: limits and how much of them is used.
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Column, Row } from '../../../../lib/columns.ts'
import { sizeString } from '../size-string.ts'
import { type IpcKind, readLimit, readTable } from './tables.ts'

export const LIMIT_COLUMNS: readonly Column[] = [
  { name: 'RESOURCE' }, { name: 'DESCRIPTION' }, { name: 'LIMIT', right: true }, { name: 'USED', right: true }, { name: 'USE%', right: true },
]

interface Limit { readonly resource: string; readonly text: string; readonly limit: string; readonly used?: number; readonly isSize?: boolean }

function* limitsOf(kind: IpcKind): Flow<readonly Limit[]> {
  const entries = yield* readTable(kind)
  const first = function* (name: string): Flow<string> {
    return (yield* readLimit(name))[0] ?? '0'
  }
  if (kind === 'msg') {
    return [
      { resource: 'MSGMNI', text: 'Number of message queues', limit: yield* first('msgmni'), used: entries.length },
      { resource: 'MSGMAX', text: 'Max size of message (bytes)', limit: yield* first('msgmax'), isSize: true },
      { resource: 'MSGMNB', text: 'Default max size of queue (bytes)', limit: yield* first('msgmnb'), isSize: true },
    ]
  }
  if (kind === 'shm') {
    return [
      { resource: 'SHMMNI', text: 'Shared memory segments', limit: yield* first('shmmni'), used: entries.length },
      { resource: 'SHMALL', text: 'Shared memory pages', limit: yield* first('shmall'), used: entries.reduce((n, e) => n + Math.ceil(e.size / 4096), 0) },
      { resource: 'SHMMAX', text: 'Max size of shared memory segment (bytes)', limit: yield* first('shmmax'), isSize: true },
      { resource: 'SHMMIN', text: 'Min size of shared memory segment (bytes)', limit: '1', isSize: true },
    ]
  }
  const [perArray, total, operations, arrays] = yield* readLimit('sem')
  return [
    { resource: 'SEMMNI', text: 'Number of semaphore identifiers', limit: arrays, used: entries.length },
    { resource: 'SEMMNS', text: 'Total number of semaphores', limit: total, used: entries.reduce((n, e) => n + e.nsems, 0) },
    { resource: 'SEMMSL', text: 'Max semaphores per semaphore set.', limit: perArray },
    { resource: 'SEMOPM', text: 'Max number of operations per semop(2)', limit: operations },
    { resource: 'SEMVMX', text: 'Semaphore max value', limit: '32767' },
  ]
}

export function* limitRows(columns: readonly Column[], only: IpcKind | undefined, bytes: boolean): Flow<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of only === undefined ? (['msg', 'shm', 'sem'] as const) : [only]) {
    for (const { resource, text, limit, used, isSize } of yield* limitsOf(kind)) {
      const percent = used === undefined ? '-' : `${((used * 100) / Number(limit)).toFixed(2)}%`
      const cells = new Map([
        ['RESOURCE', resource], ['DESCRIPTION', text], ['LIMIT', isSize === true && !bytes ? sizeString(Number(limit)) : limit], ['USED', used === undefined ? '-' : String(used)], ['USE%', percent],
      ])
      rows.push({ cells: columns.map((column) => cells.get(column.name)), children: [] })
    }
  }
  return rows
}
