// The data directory: whose it is, whether a server runs in it (postmaster.pid), and how the last one ended (global/pg_control).
import { Errno, isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, kill, readFile, stat, writeFile } from '../../libc/unistd.ts'
import { SqlError } from './protocol.ts'

const fatal = (text: string, more: { readonly detail?: string; readonly hint?: string } = {}): SqlError => new SqlError('F0001', text, { severity: 'FATAL', ...more })

/** @throws {SqlError} */
export function* checkDirectory(directory: string): Flow<void> {
  const st = yield* stat(directory)
  if (isErr(st)) throw fatal(`could not read permissions of directory "${directory}": ${st.message}`)
  if (!isDir(st.mode)) throw fatal(`specified data directory "${directory}" is not a directory`)
  if (st.uid !== (yield* call('geteuid'))) throw fatal(`data directory "${directory}" has wrong ownership`, { hint: 'The server must be started by the user that owns the data directory.' })
  if ((st.mode & 0o027) !== 0) throw fatal(`data directory "${directory}" has invalid permissions`, { detail: 'Permissions should be u=rwx (0700) or u=rwx,g=rx (0750).' })
  const version = yield* readFile(`${directory}/PG_VERSION`)
  if (isErr(version)) throw fatal(`"${directory}" is not a valid data directory`, { detail: `File "${directory}/PG_VERSION" is missing.` })
}

export interface LockFile {
  readonly pid: number
  readonly directory: string
  /** The segment of a server that didn't clean up. */
  readonly old: { readonly key: number; readonly id: number } | undefined
}

/** CreateLockFile: the number of a process that lives, and isn't this one, its parent or grandparent, means that a server runs. @throws {SqlError} */
export function* takeLock(directory: string): Flow<LockFile> {
  const pid = yield* call('getpid')
  const parent = yield* call('getppid')
  const self = isErr(pid) ? 0 : pid
  const text = yield* readFile('postmaster.pid')
  let old: LockFile['old']
  if (!isErr(text)) {
    const lines = text.split('\n')
    const other = Number(lines[0])
    if (other > 0 && other !== self && other !== parent) {
      const alive = yield* kill(other, 0)
      if (!isErr(alive) || alive === Errno.EPERM) throw fatal('lock file "postmaster.pid" already exists', { hint: `Is another postmaster (PID ${other}) running in data directory "${directory}"?` })
    }
    const [, key, id] = /^\s*(\d+)\s+(\d+)/.exec(lines[6] ?? '') ?? []
    if (key !== undefined) old = { key: Number(key), id: Number(id) }
  } else if (text !== Errno.ENOENT) throw fatal(`could not open lock file "postmaster.pid": ${text.message}`)
  const written = yield* writeFile('postmaster.pid', `${self}\n${directory}\n`)
  if (isErr(written)) throw fatal(`could not create lock file "postmaster.pid": ${written.message}`)
  yield* chmod('postmaster.pid', 0o600)
  return { pid: self, directory, old }
}
/** The lines below PID and directory. */
export function* writeLock({ pid, directory }: LockFile, lines: readonly (string | number)[]): Flow<void> {
  yield* writeFile('postmaster.pid', [pid, directory, ...lines].map((line) => `${line}\n`).join(''))
}

/** How the last server ended, and when. */
export function* readState(): Flow<{ readonly time: string; readonly isClean: boolean }> {
  const text = yield* readFile('global/pg_control')
  const [how = '', time = ''] = isErr(text) ? [] : text.trim().split('\t')
  return { time, isClean: how === 'shut down' }
}
export function* writeState(time: string, isClean: boolean, directory = '.'): Flow<void> {
  yield* writeFile(`${directory}/global/pg_control`, `${isClean ? 'shut down' : 'in production'}\t${time}\n`)
  yield* chmod(`${directory}/global/pg_control`, 0o600)
}
