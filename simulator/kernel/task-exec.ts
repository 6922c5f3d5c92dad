// execve(2) (fs/exec.c, fs/binfmt_script.c): finds the program, works out its credentials, then replaces the old program in one block.
import { Errno } from '../abi/errno.ts'
import { AT_FDCWD } from '../abi/fcntl.ts'
import type { Flow, Program } from '../abi/syscalls.ts'
import { decodeUtf8 } from '../lib/bytes.ts'
import { executableCode, executableId, executableInterpreter } from '../lib/executable.ts'
import { NSEC_PER_USEC } from './clock.ts'
import type { Kernel } from './kernel.ts'
import { KernelBug } from './kernel-bug.ts'
import { commitCred } from './cred/commit.ts'
import { credForExec } from './cred/exec-cred.ts'
import { detachAll } from './ipc/shm.ts'
import { footprintOf } from './mm/footprint.ts'
import { Mm, releaseMemory } from './mm/mm.ts'
import { PROGRAM_REPLACED } from './scheduler.ts'
import { setExe } from './task-exe.ts'
import { confinementForExec } from './security/apparmor/domain.ts'
import { startFlow } from './task-fork.ts'
import type { Task } from './task.ts'
import { openExecutable, readAll } from './vfs/exec-file.ts'
import type { Inode } from './vfs/inode.ts'
import type { Path } from './vfs/path.ts'
import { MAY_READ, mayAccess } from './vfs/permissions.ts'

const EXEC_COST = 300 * NSEC_PER_USEC
/** BINPRM_BUF_SIZE: a #! line longer than this is cut. */
const SHEBANG_SIZE = 256
const MAX_INTERPRETERS = 5
const MAX_COMM = 15

interface Loaded {
  readonly id: string
  readonly program: Program
  /** The run-time linker of one that is linked dynamically. */
  readonly linker: Program | undefined
  readonly path: Path
  readonly inode: Inode
  readonly argv: readonly string[]
  readonly code: Uint8Array | undefined
}

/** Throws PROGRAM_REPLACED once the old program is gone, an Errno when nothing has changed. */
export function execve(task: Task, dirfd: number, filename: string, argv: readonly string[], env: readonly string[]): never {
  const loaded = load(task, dirfd, filename, argv)
  const { cred, isSecure } = credForExec(task, loaded.path, loaded.inode)
  const confinement = confinementForExec(task, loaded.path)
  // would_dump: who may not read the program may not look into its memory either
  const isReadable = mayAccess(task, loaded.inode, MAY_READ)
  const { kernel } = task

  const base = filename.slice(filename.lastIndexOf('/') + 1)
  task.comm = base.slice(0, MAX_COMM)
  task.argv = loaded.argv
  task.env = env
  setExe(task, loaded.path)
  task.signals.resetCaught()
  task.files.closeOnExec()
  detachAll(task)
  replaceMemory(task)
  task.didExec = true
  task.apparmor = confinement
  commitCred(task, cred)
  task.dumpable = !isSecure && isReadable
  if (isSecure) task.pdeathSignal = 0
  task.vforkDone?.wakeAll()
  task.vforkDone = undefined
  const { cgroup, ipc, mnt, net, time, uts } = task.nsproxy
  kernel.trace.emit('task.exec', task, { path: filename, argv: loaded.argv, comm: task.comm, ns: [cgroup, ipc, mnt, net, task.pidNs, time, cred.userNs, uts].map((ns) => ns.ino) })
  startFlow(task, confinement === undefined || loaded.linker === undefined ? loaded.program(loaded.argv, env, loaded.code) : linked(loaded.linker, loaded, env))
  task.awaitedProgram = loaded.id
  kernel.scheduler.charge(task, EXEC_COST)
  throw PROGRAM_REPLACED
}

/** exec_mmap: the old program's memory goes, the new one's comes. */
function replaceMemory(task: Task): void {
  releaseMemory(task)
  task.mm = new Mm(footprintOf(task.exe?.dentry.name ?? ''))
  task.mm.chargeProgram(task)
}

/** A program whose code is still on its way looks for it when it first runs, which the scheduler puts off until then. */
function programOf({ programs }: Kernel, id: string): Program | undefined {
  const code = programs.get(id)
  if (code !== undefined || !programs.has(id)) return code
  return function* (argv, env, bytes) {
    const program = programs.get(id)
    if (program === undefined) throw new KernelBug(`${id} runs without its code`)
    return yield* program(argv, env, bytes)
  }
}

/** Throws ENOENT where the file system has no linker. */
function linkerProgram(task: Task, linker: string): Program | undefined {
  const id = executableId(openExecutable(task, AT_FDCWD, linker).head)
  return id === undefined ? undefined : programOf(task.kernel, id)
}

/** The linker finds the libraries first, and ends the process if it can't. Simpler: it only runs where a profile might refuse it the libraries. */
function* linked(linker: Program, { program, argv, code }: Loaded, env: readonly string[]): Flow<number> {
  const status = yield* linker(argv, env)
  return status === 0 ? yield* program(argv, env, code) : status
}

/** Follows #! lines to a binary. */
function load(task: Task, dirfd: number, filename: string, argv: readonly string[]): Loaded {
  let file = filename
  let from = dirfd
  let args = argv.length === 0 ? [''] : argv
  for (let depth = 0; depth <= MAX_INTERPRETERS; depth++) {
    const { path, inode, head } = openExecutable(task, from, file)
    const id = executableId(head)
    if (id !== undefined) {
      const program = programOf(task.kernel, id)
      if (program === undefined) throw Errno.ENOEXEC
      const linker = executableInterpreter(head)
      return { id, program, linker: linker === undefined ? undefined : linkerProgram(task, linker), path, inode, argv: args, code: executableCode(head) === undefined ? undefined : executableCode(readAll(inode)) }
    }
    const script = parseShebang(head)
    if (script === undefined) throw Errno.ENOEXEC
    args = [script.interpreter, ...(script.argument === undefined ? [] : [script.argument]), file, ...args.slice(1)]
    file = script.interpreter
    from = AT_FDCWD
  }
  throw Errno.ELOOP
}

function parseShebang(head: Uint8Array): { readonly interpreter: string; readonly argument: string | undefined } | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined
  const text = decodeUtf8(head.subarray(2, SHEBANG_SIZE))
  const end = text.indexOf('\n')
  const line = (end < 0 ? text : text.slice(0, end)).replace(/^[ \t]+|[ \t]+$/g, '')
  if (line === '') return undefined
  const split = line.search(/[ \t]/)
  if (split < 0) return { interpreter: line, argument: undefined }
  return { interpreter: line.slice(0, split), argument: line.slice(split).replace(/^[ \t]+/, '') }
}
