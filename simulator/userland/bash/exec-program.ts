// Finding and executing a program: PATH search, the hash table, execve, and what each shell says when that fails. In the child already.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { O_RDONLY, X_OK } from '../../abi/fcntl.ts'
import { isDir, isReg } from '../../abi/stat.ts'
import { call } from '../libc/syscall.ts'
import { access, close, open, stat } from '../libc/unistd.ts'
import type { Shell } from './state.ts'
import { bucket } from './variables.ts'
import { functionText } from './printer.ts'
import { applets, EXECUTED_APPLETS, RUNNABLE_APPLETS } from './applets.ts'

/** Exported variables and functions, as the environment of a program. */
export function environment(sh: Shell, command?: string): string[] {
  const out: string[] = []
  const exported = [...sh.vars.map].flatMap(([name, v], n) => (v.exported && v.value !== undefined && name !== '_' ? [{ name, text: `${name}=${v.value}`, n }] : []))
  // bash walks its hash tables, that of the command's own assignments before that of the shell, the newest of a bucket first.
  if (sh.bash) exported.sort((a, b) => Number(sh.temporaryNames.has(b.name)) - Number(sh.temporaryNames.has(a.name)) || bucket(a.name, 1024) - bucket(b.name, 1024) || b.n - a.n)
  for (const e of exported) out.push(e.text)
  for (const f of sh.functions.values()) if (f.exported) out.push(`BASH_FUNC_${f.name}%%=${functionText(f, true)}`)
  if (sh.bash && command !== undefined) out.push(`_=${command}`)
  return out
}

export const isDirectory = function* (path: string): Flow<boolean> {
  const info = yield* stat(path)
  return !isErr(info) && isDir(info.mode)
}
export const isExecutableFile = function* (path: string): Flow<boolean> {
  const info = yield* stat(path)
  return !isErr(info) && isReg(info.mode) && !isErr(yield* access(path, X_OK))
}

/** All places in PATH where the name is an executable file. */
export function* searchPath(sh: Shell, name: string, all = false, path = sh.vars.get('PATH') ?? ''): Flow<string[]> {
  if (name.includes('/')) return (yield* isExecutableFile(name)) ? [name] : []
  const found: string[] = []
  for (const dir of path.split(':')) {
    const full = dir === '' ? `./${name}` : `${dir}/${name}`
    if (yield* isExecutableFile(full)) {
      found.push(full)
      if (!all) break
    }
  }
  return found
}

/** A file of that name in PATH that can't be executed: gives 126 instead of 127. */
function* unexecutable(sh: Shell, name: string): Flow<string | undefined> {
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    const full = dir === '' ? `./${name}` : `${dir}/${name}`
    const info = yield* stat(full)
    if (!isErr(info) && isReg(info.mode)) return full
  }
  return undefined
}

/** Looks a command up through the hash table. */
export function* findProgram(sh: Shell, name: string): Flow<string | undefined> {
  // Without a PATH bash tries the name as it is.
  if (name.includes('/') || (sh.bash && (sh.vars.get('PATH') ?? '') === '')) return name
  const known = sh.hash.get(name)
  if (known) {
    if (!sh.shopts.get('checkhash') || (yield* isExecutableFile(known.path))) return known.path
    sh.hash.delete(name)
  }
  return (yield* searchPath(sh, name))[0] ?? (yield* unexecutable(sh, name))
}

/** Remembers where a command was found, as bash does in the parent before it forks. */
export function* hashProgram(sh: Shell, name: string): Flow<void> {
  if (name.includes('/') || !sh.options.has('hashall')) return
  const known = sh.hash.get(name)
  if (known) known.hits++
  else {
    const path = (yield* searchPath(sh, name))[0]
    if (path !== undefined && path.startsWith('/')) sh.hash.set(name, { path, hits: 1 })
  }
}

/** Becomes the program, or reports why not; answers the exit status then. */
export function* runProgram(sh: Shell, words: readonly string[], argv0 = words[0], env?: readonly string[]): Flow<number> {
  const [name] = words
  // BusyBox's shell runs its applets in the child itself, without looking at PATH and without execve.
  if (sh.dialect === 'ash' && RUNNABLE_APPLETS.has(name) && applets.program) {
    if (!EXECUTED_APPLETS.has(name)) return yield* applets.program(words, env ?? environment(sh))
    // Without /proc the program is looked for in PATH like any other.
    yield* call('execve', '/proc/self/exe', words, env ?? environment(sh))
  }
  const path = name === '' ? undefined : yield* findProgram(sh, name)
  if (path === undefined) return yield* notFound(sh, words)
  const error = (yield* call('execve', path, [argv0, ...words.slice(1)], env ?? environment(sh, path))) as Errno
  return yield* execFailure(sh, path, name, words, error)
}

function* notFound(sh: Shell, words: readonly string[]): Flow<number> {
  const [name] = words
  const handler = sh.bash ? sh.functions.get('command_not_found_handle') : undefined
  if (handler) {
    const { callFunction } = yield* lazyExec()
    yield* callFunction(sh, handler, words)
    return sh.status
  }
  yield* sh.error(sh.bash ? `${name}: command not found` : `${name}: not found`, '')
  return 127
}

/** exec-simple.ts imports this file; its functions are looked up when needed. */
function* lazyExec(): Flow<{ callFunction: typeof import('./exec-simple.ts').callFunction }> {
  return handlers
}
const handlers = { callFunction: undefined as unknown as typeof import('./exec-simple.ts').callFunction }
export function provideCallFunction(f: typeof import('./exec-simple.ts').callFunction): void {
  handlers.callFunction = f
}

/** shell_execve's messages. `shown` is the command as typed. */
export function* execFailure(sh: Shell, path: string, shown: string, words: readonly string[], error: Errno, builtin = ''): Flow<number> {
  const info = yield* stat(path)
  if (error === Errno.ENOEXEC) return yield* runScript(sh, path, shown, words)
  if (!sh.bash) {
    const missing = error === Errno.ENOENT || error === Errno.ENOTDIR
    yield* sh.error(`${shown}: ${missing ? 'not found' : !isErr(info) && isDir(info.mode) ? 'Permission denied' : error.message}`, builtin)
    return missing ? 127 : 126
  }
  if (error === Errno.EACCES && !isErr(info) && isDir(info.mode)) {
    yield* sh.error(`${shown}: Is a directory`, builtin)
    return 126
  }
  if (error === Errno.ENOENT && !isErr(info)) {
    yield* sh.error(`${shown}: cannot execute: required file not found`, builtin)
    return 127
  }
  // The file may be executed, but the kernel refuses: perhaps its interpreter is to blame.
  if (error !== Errno.ENOENT && (yield* isExecutableFile(path))) yield* readHead(path)
  yield* sh.error(`${path}: ${error.message}`, builtin)
  return error === Errno.ENOENT ? 127 : 126
}
/** READ_SAMPLE_BUF */
function* readHead(path: string): Flow<Uint8Array | undefined> {
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) return undefined
  const head = yield* call('read', fd, 80)
  yield* close(fd)
  return isErr(head) ? undefined : head
}

/** A file without #! that the kernel doesn't know: a script for this very shell, unless it looks binary. */
function* runScript(sh: Shell, path: string, shown: string, words: readonly string[]): Flow<number> {
  const head = yield* readHead(path)
  if (head !== undefined && isBinary(head)) {
    yield* sh.error(sh.bash ? `${shown}: cannot execute binary file: Exec format error` : `${shown}: Exec format error`, '')
    return 126
  }
  return yield* scriptRunner.run(sh, [path, ...words.slice(1)], environment(sh, path))
}

/** A NUL in the first line. */
const isBinary = (head: Uint8Array): boolean => {
  const newline = head.indexOf(10)
  return (newline < 0 ? head : head.subarray(0, newline)).includes(0) || (head[0] === 0x7f && head[1] === 0x45)
}

/** Set by main.ts: starts a fresh shell in this process on a script file. */
export const scriptRunner: { run: (sh: Shell, argv: readonly string[], env: readonly string[]) => Flow<number> } = {
  *run() {
    return 126
  },
}
