// Core dumps (fs/coredump.c, core(5)): what kernel.core_pattern says becomes of a process that dies badly: a file, or a program of the host's that is given the dump.
// The program is started by the kernel itself, as root, outside of every container. Simpler: a dump is a header and a few words about the process.
import { Errno, isErr } from '../abi/errno.ts'
import { AT_FDCWD, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } from '../abi/fcntl.ts'
import { isReg } from '../abi/stat.ts'
import { concatBytes, encodeUtf8 } from '../lib/bytes.ts'
import { makePipe } from './fs/pipe-file.ts'
import { bindingOf } from './fs/proc/sysctl-bindings.ts'
import type { Task } from './task.ts'
import { startHelper } from './usermode-helper.ts'
import { openExecutable } from './vfs/exec-file.ts'
import type { File } from './vfs/file.ts'
import { FdTable } from './vfs/fd-table.ts'
import { openPath } from './vfs/file-open.ts'
import { unlinkName } from './vfs/name-remove.ts'
import { pathString } from './vfs/path-string.ts'

const ET_CORE = 4
/** ELF_EXEC_PAGESIZE: a limit below a page is none at all. */
const MIN_COREDUMP = 4096

/** Dumps the dying task's core. True when there is one: the status word then says so. */
export function dumpCore(task: Task, sig: number): boolean {
  const { kernel } = task
  if (!task.dumpable || task.mm.users > 1) return false
  const init = kernel.initTask ?? task
  const pattern = bindingOf('kernel/core_pattern').get(init)
  const limit = task.rlimits.get('CORE')?.soft ?? 0
  const dumped = pattern.startsWith('|') ? limit !== 1 && pipeTo(task, sig, pattern.slice(1)) : limit >= MIN_COREDUMP && pattern !== '' && writeFile(task, sig, pattern, bindingOf('kernel/core_uses_pid').get(init) === '1', limit)
  kernel.trace.emit('task.core', task, { pattern, dumped })
  return dumped
}

/** The specifiers of core(5). */
function expand(pattern: string, task: Task, sig: number): string {
  const { cred, kernel } = task
  const exe = task.exe === undefined ? task.comm : pathString(task.exe, task.fs.root)
  const values: Readonly<Record<string, string | number>> = {
    '%': '%', p: task.numberIn(task.pidNs), P: task.globalPid, i: task.numberIn(task.pidNs), I: task.globalPid, u: cred.uid, g: cred.gid, d: 1, s: sig, t: Math.floor(kernel.clock.realtimeMs / 1000),
    h: task.nsproxy.uts.hostname, e: task.comm, f: task.comm, E: exe.replaceAll('/', '!'), c: task.rlimits.get('CORE')?.soft ?? 0,
  }
  return pattern.replace(/%(.)/g, (_all, letter: string) => String(values[letter] ?? ''))
}

/** An ELF core's header, then who it was: arguments, ids, program. */
function contents(task: Task): Uint8Array {
  const header = new Uint8Array(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header[16] = ET_CORE
  header[18] = 62
  const { uid, euid, gid, egid } = task.cred
  const words = [task.argv.join(' ').slice(0, 80), uid, euid, gid, egid, task.exe === undefined ? task.comm : pathString(task.exe, task.fs.root)]
  return concatBytes([header, encodeUtf8(words.map((w) => `${w}\0`).join(''))])
}

function writeFile(task: Task, sig: number, pattern: string, usesPid: boolean, limit: number): boolean {
  const name = expand(pattern, task, sig) + (usesPid && !/%p/.test(pattern) ? `.${task.numberIn(task.pidNs)}` : '')
  try {
    removeOld(task, name)
    const file = openPath(task, AT_FDCWD, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600)
    try {
      if (!mayHoldDump(task, file)) return false
      const size = Math.min(limit, task.mm.sizes.rss * 1024)
      file.inode.truncate(task, size)
      file.inode.writeKernel(0, contents(task).subarray(0, size))
      return true
    } finally {
      file.release()
    }
  } catch (thrown) {
    if (isErr(thrown)) return false
    throw thrown
  }
}
/** What stands in the way of a dump is taken away; if it can't be, opening says so. */
function removeOld(task: Task, name: string): void {
  try {
    unlinkName(task, AT_FDCWD, name)
  } catch (thrown) {
    if (!isErr(thrown)) throw thrown
  }
}
/** do_coredump: nothing but a private file of the process's own, which a file system may have made otherwise than asked. */
function mayHoldDump(task: Task, { inode }: File): boolean {
  return isReg(inode.mode) && inode.nlink === 1 && inode.uid === task.cred.fsuid && (inode.mode & 0o677) === 0o600
}

/** Starts the handler with the dump on its standard input. Its arguments are split at blanks before anything is filled in. */
function pipeTo(task: Task, sig: number, command: string): boolean {
  const { kernel } = task
  const init = kernel.initTask
  const argv = command.split(' ').filter((word) => word !== '').map((word) => expand(word, task, sig))
  if (init === undefined || argv.length === 0) return false
  try {
    openExecutable(init, AT_FDCWD, argv[0])
  } catch (thrown) {
    if (!isErr(thrown) && thrown !== Errno.ENOENT) throw thrown
    kernel.printk(6, `Core dump to |${argv[0]} pipe failed`)
    return false
  }
  const files = new FdTable()
  try {
    files.install(0, dumpPipe(init, task), false)
    startHelper(kernel, argv, [], files)
  } catch (thrown) {
    files.release()
    if (!isErr(thrown)) throw thrown
    kernel.printk(6, `Core dump to |${argv[0]} pipe failed`)
    return false
  }
  return true
}

/** The read end of a pipe with the dump in it. Simpler: what doesn't fit in at once is left out, so that the dying process needn't wait for its reader. */
function dumpPipe(init: Task, task: Task): File {
  const [reader, writer] = makePipe(init, 0)
  try {
    const dump = new Uint8Array(Math.min(writer.pipe.free, task.mm.sizes.rss * 1024))
    dump.set(contents(task).subarray(0, dump.length))
    writer.write(init, dump)
    return reader
  } catch (thrown) {
    reader.release()
    throw thrown
  } finally {
    writer.release()
  }
}
