// ipcs -l and -u: limits from /proc/sys/kernel, and what is in use.
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Crt } from '../../../libc/crt.ts'
import { type IpcKind, readLimit, readTable } from './tables.ts'

const PAGE_KIB = 4n
const MAX_KIB = (1n << 64n) / 1024n
const SEMVMX = 32767

function* number(name: string): Flow<bigint> {
  return BigInt((yield* readLimit(name))[0] ?? '0')
}

export function* printLimits(c: Crt, kind: IpcKind): Flow<void> {
  if (kind === 'msg') {
    yield* c.stdout.write('------ Messages Limits --------\n')
    yield* c.stdout.write(`max queues system wide = ${yield* number('msgmni')}\n`)
    yield* c.stdout.write(`max size of message (bytes) = ${yield* number('msgmax')}\n`)
    yield* c.stdout.write(`default max size of queue (bytes) = ${yield* number('msgmnb')}\n`)
  } else if (kind === 'shm') {
    yield* c.stdout.write('------ Shared Memory Limits --------\n')
    yield* c.stdout.write(`max number of segments = ${yield* number('shmmni')}\n`)
    yield* c.stdout.write(`max seg size (kbytes) = ${(yield* number('shmmax')) / 1024n}\n`)
    const pages = yield* number('shmall')
    yield* c.stdout.write(`max total shared memory (kbytes) = ${pages > MAX_KIB ? (1n << 64n) - PAGE_KIB : pages * PAGE_KIB}\n`)
    yield* c.stdout.write('min seg size (bytes) = 1\n')
  } else {
    const [perArray, total, operations, arrays] = yield* readLimit('sem')
    yield* c.stdout.write('------ Semaphore Limits --------\n')
    yield* c.stdout.write(`max number of arrays = ${arrays}\nmax semaphores per array = ${perArray}\nmax semaphores system wide = ${total}\n`)
    yield* c.stdout.write(`max ops per semop call = ${operations}\nsemaphore max value = ${SEMVMX}\n`)
  }
}

export function* printSummary(c: Crt, kind: IpcKind): Flow<void> {
  const entries = yield* readTable(kind)
  const sum = (name: string): number => entries.reduce((total, e) => total + e[name], 0)
  if (kind === 'msg') {
    yield* c.stdout.write(`------ Messages Status --------\nallocated queues = ${entries.length}\nused headers = ${sum('qnum')}\nused space = ${sum('cbytes')} bytes\n`)
  } else if (kind === 'shm') {
    const pages = entries.reduce((total, e) => total + Math.ceil(e.size / 4096), 0)
    yield* c.stdout.write(`------ Shared Memory Status --------\nsegments allocated ${entries.length}\npages allocated ${pages}\npages resident  0\npages swapped   0\nSwap performance: 0 attempts\t 0 successes\n`)
  } else yield* c.stdout.write(`------ Semaphore Status --------\nused arrays = ${entries.length}\nallocated semaphores = ${sum('nsems')}\n`)
}
