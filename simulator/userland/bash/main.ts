// bash(1), dash(1): invocation. Options, start-up files, the environment, then the command string, the script or the terminal.
import type { Flow, Program } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { F_DUPFD_CLOEXEC, O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_RDWR } from '../../abi/fcntl.ts'
import { isDir } from '../../abi/stat.ts'
import { call } from '../libc/syscall.ts'
import { close, fstat, isatty, open, read } from '../libc/unistd.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import type { Dialect } from './lexer.ts'
import { ShellAbort, ShellExit, Shell } from './state.ts'
import { finish, ownSignals } from './jobs.ts'
import { evalString } from './eval.ts'
import { readerLoop } from './reader.ts'
import { FileInput, StdinInput } from './input.ts'
import { dropPrivileges, importEnvironment, learnHostname } from './environment.ts'
import { runStartupFiles } from './startup.ts'
import { scriptRunner, provideCallFunction, searchPath } from './exec-program.ts'
import { callFunction } from './exec-simple.ts'
import { newVariable } from './variables.ts'
import { setOption } from './builtins/set-options.ts'
import { interactiveShell } from './interactive.ts'
import { parseInvocation, type Invocation } from './invocation.ts'

/** The program of a dialect. */
export const shellProgram = (dialect: Dialect): Program => (argv, env) => runShell(dialect, argv, env)

function* runShell(dialect: Dialect, argv: readonly string[], env: readonly string[]): Flow<number> {
  const sh = new Shell(dialect)
  sh.arg0 = argv[0] ?? dialect
  provideCallFunction(callFunction)
  scriptRunner.run = (parent, args, environment) => runScriptFile(parent, args, environment)
  return yield* finish(sh, function* () {
    try {
      return yield* start(sh, argv, env)
    } catch (e) {
      if (e instanceof ShellAbort) throw new ShellExit(e.status)
      throw e
    }
  })
}

/** maybe_make_restricted: after the start-up files. */
function restrict(sh: Shell): void {
  for (const name of ['PATH', 'SHELL', 'HISTFILE', 'ENV', 'BASH_ENV']) sh.vars.make(name).readonly = true
  sh.options.add('restricted')
  sh.shopts.set('restricted_shell', true)
}

/** check_dev_tty: opens the terminal once, so that a program that runs it in the background does not keep it. */
function* checkTerminal(): Flow<void> {
  const fd = yield* open('/dev/tty', O_RDWR | O_NONBLOCK)
  if (!isErr(fd)) yield* close(fd)
}

/** A script without #!, run by a shell of the same kind in this process. */
function* runScriptFile(parent: Shell, args: readonly string[], env: readonly string[]): Flow<number> {
  return yield* runShell(parent.dialect, [parent.bash ? 'bash' : 'sh', ...args], env)
}

function* start(sh: Shell, argv: readonly string[], env: readonly string[]): Flow<number> {
  const how = parseInvocation(sh.dialect, argv)
  if (typeof how === 'string') {
    yield* sh.write2(how)
    return 2
  }
  if (how.print !== undefined) {
    sh.print(how.print)
    return 0
  }
  sh.pid = sh.bashPid = yield* sh.getpid()
  sh.login = how.login
  if (sh.bash) yield* checkTerminal()
  setOption(sh, 'privileged', how.options.some(([name, on]) => name === 'privileged' && on))
  if (!sh.options.has('privileged')) yield* dropPrivileges(sh)
  yield* importEnvironment(sh, env)
  yield* ownSignals(sh)
  for (const [letter, on] of how.options) setOption(sh, letter, on)
  for (const [name, on] of how.shopts) {
    if (!sh.shopts.has(name)) {
      yield* sh.write2(`${sh.arg0}: line 0: ${name}: invalid shell option name\n`)
      return 2
    }
    sh.shopts.set(name, on)
  }
  if (how.login) sh.shopts.set('login_shell', true)
  if (how.command !== undefined) return yield* commandString(sh, how, how.command)
  const [script] = how.args
  if (script !== undefined && !how.stdin) return yield* scriptFile(sh, how)
  sh.params = how.stdin ? [...how.args] : []
  sh.readingStdin = true
  const terminal = how.interactive || (how.args.length === 0 && (yield* isatty(0)) && (yield* isatty(2)))
  if (!sh.bash && (terminal || how.interactive)) yield* learnHostname(sh)
  if (terminal || (how.interactive && how.stdin)) return yield* interactiveShell(sh, how)
  sh.inputName = sh.arg0
  yield* runStartupFiles(sh, how)
  if (how.restricted) restrict(sh)
  yield* readerLoop(sh, new StdinInput(), sh.arg0)
  return sh.status
}

function* commandString(sh: Shell, how: Invocation, command: string): Flow<number> {
  sh.commandString = true
  if (sh.bash) sh.vars.map.set('BASH_EXECUTION_STRING', newVariable(command))
  if (sh.bash && how.interactive) sh.options.add('histexpand')
  if (how.args[0] !== undefined) sh.arg0 = how.args[0]
  sh.params = how.args.slice(1)
  sh.interactive = how.interactive
  yield* runStartupFiles(sh, how)
  if (how.restricted) restrict(sh)
  try {
    yield* evalString(sh, command, '-c', 1, { last: sh.dialect !== 'dash' })
  } catch (e) {
    if (!(e instanceof ShellAbort)) throw e
    return e.reason === 'fatal' && !sh.options.has('errexit') ? 127 : e.status
  }
  return sh.status
}

function* scriptFile(sh: Shell, how: Invocation): Flow<number> {
  const [name] = how.args
  let fd = yield* open(name, O_RDONLY | O_CLOEXEC)
  if (fd === Errno.ENOENT && !name.includes('/') && sh.bash) {
    const found = (yield* searchPath(sh, name))[0]
    if (found !== undefined) fd = yield* open(found, O_RDONLY | O_CLOEXEC)
  }
  if (isErr(fd)) {
    yield* sh.write2(sh.bash ? `${sh.arg0}: ${name}: ${fd.message}\n` : `${sh.arg0}: 0: cannot open ${name}: ${fd === Errno.ENOENT ? 'No such file' : fd.message}\n`)
    return sh.bash ? (fd === Errno.ENOENT ? 127 : 126) : 2
  }
  const info = yield* fstat(fd)
  if (!isErr(info) && isDir(info.mode)) {
    // dash takes the read error for the end of an empty script.
    if (sh.dialect === 'dash') return 0
    yield* sh.write2(sh.bash ? `${name}: ${name}: Is a directory\n` : `${sh.arg0}: 0: Can't open ${name}\n`)
    return 126
  }
  if (sh.bash && (yield* looksBinary(fd))) {
    yield* sh.write2(`${name}: ${name}: cannot execute binary file\n`)
    return 126
  }
  const high = yield* call('fcntl', fd, F_DUPFD_CLOEXEC, sh.bash ? 255 : 10)
  if (!isErr(high)) {
    yield* close(fd)
    fd = high
  }
  sh.arg0 = name
  sh.params = how.args.slice(1)
  sh.interactive = how.interactive
  sh.inputName = name
  yield* runStartupFiles(sh, how)
  if (how.restricted) restrict(sh)
  if (sh.bash) sh.frames.push({ name: 'main', source: name, callLine: 0 })
  yield* readerLoop(sh, new FileInput(fd), name)
  return sh.status
}

/** check_binary_file: a NUL in the first line, or an ELF header. */
function* looksBinary(fd: number): Flow<boolean> {
  const head = yield* read(fd, 80)
  if (isErr(head)) return false
  yield* call('lseek', fd, 0, 0)
  const text = decodeUtf8(head)
  return text.startsWith('\x7fELF') || (text.split('\n')[0] ?? '').includes('\0')
}

