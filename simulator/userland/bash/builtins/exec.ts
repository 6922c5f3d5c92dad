// eval source . exec command builtin
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { R_OK } from '../../../abi/fcntl.ts'
import { isDir, isReg } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { access, readFile, stat } from '../../libc/unistd.ts'
import { evalString } from '../eval.ts'
import { lowerLevel, runBuiltin } from '../exec-simple.ts'
import { environment, execFailure, isDirectory, isExecutableFile, findProgram, hashProgram, runProgram } from '../exec-program.ts'
import { forkShell, resetSignals, waitForeground } from '../jobs.ts'
import { putToSleep, runReturnTrap } from '../traps.ts'
import { ShellExit, type Shell } from '../state.ts'
import { type BuiltinTable, findBuiltin } from './index.ts'
import { describeCommand } from './type.ts'
import { dashFail } from './set-options.ts'

function* evaluate(sh: Shell, words: readonly string[]): Flow<number> {
  const args = words[1] === '--' ? words.slice(2) : words.slice(1)
  const builtin = sh.builtinName
  sh.builtinName = undefined
  sh.traceLevel++
  try {
    yield* evalString(sh, args.join(' '), 'eval', sh.line)
  } finally {
    sh.traceLevel--
    sh.builtinName = builtin
  }
  return sh.status
}

/** Finds the file that `.` means: as given with a slash, else in PATH, else (bash) in the current directory. */
function* sourcePath(sh: Shell, name: string): Flow<string | undefined> {
  if (name.includes('/')) return name
  if (!sh.bash || sh.shopts.get('sourcepath')) {
    for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
      const full = dir === '' ? name : `${dir}/${name}`
      const info = yield* stat(full)
      if (!isErr(info) && isReg(info.mode) && !isErr(yield* access(full, R_OK))) return full
    }
  }
  return sh.bash ? name : undefined
}

function* source(sh: Shell, words: readonly string[]): Flow<number> {
  const args = words[1] === '--' ? words.slice(2) : words.slice(1)
  const [name] = args
  if (name === undefined) {
    if (!sh.bash) return 0
    yield* sh.error('filename argument required')
    yield* sh.write2(`${words[0]}: usage: ${words[0]} filename [arguments]\n`)
    return 2
  }
  if (sh.options.has('restricted') && name.includes('/')) return yield* sh.fail(1, `${name}: restricted`)
  const path = yield* sourcePath(sh, name)
  if (path === undefined) return yield* dashFail(sh, sh.dialect === 'ash' ? `can't open '${name}': No such file or directory` : `${name}: not found`)
  const info = yield* stat(path)
  const text = !isErr(info) && isDir(info.mode) ? Errno.EISDIR : yield* readFile(path)
  if (isErr(text)) {
    if (!sh.bash) return yield* dashFail(sh, sh.dialect === 'ash' ? `can't open '${name}': ${text.message}` : `cannot open ${name}: ${text === Errno.ENOENT ? 'No such file' : text.message}`)
    if (text === Errno.EISDIR) return yield* sh.fail(1, `${name}: is a directory`)
    yield* sh.error(`${name}: ${text.message}`, '')
    return 1
  }
  const saved = { params: sh.params, line: sh.line, builtin: sh.builtinName, loop: sh.loopDepth, depth: sh.sourceDepth }
  if (args.length > 1) sh.params = args.slice(1)
  const given = sh.params
  sh.builtinName = undefined
  const wake = putToSleep(sh, sh.options.has('functrace') ? [] : ['DEBUG'])
  sh.sourceDepth++
  if (sh.bash) sh.frames.push({ name: 'source', source: path, callLine: sh.line })
  try {
    yield* evalString(sh, text, path, 1)
    yield* runReturnTrap(sh)
  } finally {
    wake()
    if (sh.bash) sh.frames.pop()
    sh.sourceDepth = saved.depth
    sh.returning = false
    sh.builtinName = saved.builtin
    sh.line = saved.line
    if (args.length > 1 && sh.params === given) sh.params = saved.params
  }
  return sh.status
}

function* exec(sh: Shell, words: readonly string[]): Flow<number> {
  let i = 1
  let argv0: string | undefined
  let clean = false
  let login = false
  for (; sh.bash && i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    if (words[i] === '-a') argv0 = words[++i]
    else if (/^-[cl]+$/.test(words[i])) {
      clean ||= words[i].includes('c')
      login ||= words[i].includes('l')
    } else {
      yield* sh.error(`${words[i].slice(0, 2)}: invalid option`)
      yield* sh.write2('exec: usage: exec [-cl] [-a name] [command [argument ...]] [redirection ...]\n')
      return 2
    }
  }
  const command = words.slice(i)
  sh.keepRedirects = true
  if (command.length === 0) return 0
  if (sh.options.has('restricted')) {
    sh.keepRedirects = false
    return yield* sh.fail(1, 'restricted')
  }
  yield* sh.flush()
  const [name] = command
  const path = yield* findProgram(sh, name)
  const fail = function* (status: number): Flow<number> {
    sh.keepRedirects = false
    if (sh.interactive && !sh.forked) return status
    if (sh.shopts.get('execfail')) return status
    throw new ShellExit(status)
  }
  if (path === undefined) {
    yield* sh.error(`${name}: not found`)
    return yield* fail(127)
  }
  if (!sh.forked) lowerLevel(sh)
  if (sh.leaveJobControl && !sh.forked) yield* sh.leaveJobControl()
  yield* resetSignals(sh)
  const shown = (login ? '-' : '') + (argv0 ?? name)
  const env = clean ? [] : environment(sh, path)
  const error = (yield* call('execve', path, [shown, ...command.slice(1)], env)) as Errno
  if (sh.bash && (error === Errno.EACCES || error === Errno.ENOENT)) {
    const status = yield* execFailure(sh, path, name, command, error)
    if (status === 127) return yield* fail(status)
    // bash asks why once more; where the file is fine, there is no errno left to name.
    if (yield* isExecutableFile(path)) yield* sh.error(`${path}: Success`, '')
    else yield* sh.error(`${name}: cannot execute: ${(yield* isDirectory(path)) ? Errno.EISDIR.message : error.message}`)
    return yield* fail(status)
  }
  return yield* fail(yield* execFailure(sh, path, name, command, error, 'exec'))
}

function* command(sh: Shell, words: readonly string[]): Flow<number> {
  let mode: 'run' | 'v' | 'V' = 'run'
  let defaultPath = false
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (const c of words[i].slice(1)) {
      if (c === 'v' || c === 'V') mode = c
      else if (c === 'p' && sh.options.has('restricted')) return yield* sh.fail(1, '-p: restricted')
      else if (c === 'p') defaultPath = true
      else {
        yield* sh.error(sh.bash ? `-${c}: invalid option` : `Illegal option -${c}`)
        if (sh.bash) yield* sh.write2('command: usage: command [-pVv] command [arg ...]\n')
        return 2
      }
    }
  }
  const rest = words.slice(i)
  if (rest.length === 0) return 0
  const path = sh.vars.find('PATH')
  const saved = path?.value
  if (defaultPath && path) path.value = sh.bash ? '/bin:/usr/bin' : '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  if (mode !== 'run') {
    let status = 1
    for (const name of sh.bash ? rest : rest.slice(0, 1)) {
      const found = yield* describeCommand(sh, name, mode === 'v' ? 'short' : 'long')
      if (found.length > 0) {
        sh.print(`${found[0]}\n`)
        status = 0
      } else if (mode === 'V') yield* sh.error(`${name}: not found`, sh.bash ? 'command' : undefined)
    }
    if (defaultPath && path) path.value = saved
    return sh.dialect === 'dash' && status === 1 ? 127 : status
  }
  const builtin = findBuiltin(sh, rest[0])
  if (builtin) {
    if (defaultPath && path) path.value = saved
    const outer = sh.builtinName
    const result = builtin(sh, rest, new Map())
    sh.builtinName = rest[0]
    const status = typeof result === 'number' ? result : yield* result
    sh.builtinName = outer
    return status
  }
  yield* hashProgram(sh, rest[0])
  const placement = sh.monitor ? { pgid: 0, foreground: true } : undefined
  const builtinName = sh.builtinName
  sh.builtinName = undefined
  const pid = yield* forkShell(sh, 'command', (child) => runProgram(child, rest), placement)
  if (pid !== undefined) yield* waitForeground(sh, [pid], () => [rest.join(' ')], pid)
  sh.builtinName = builtinName
  if (defaultPath && path) path.value = saved
  return sh.status
}

function* builtinCommand(sh: Shell, words: readonly string[]): Flow<number> {
  const rest = words[1] === '--' ? words.slice(2) : words.slice(1)
  if (rest.length === 0) return 0
  const found = findBuiltin(sh, rest[0])
  if (!found) return yield* sh.fail(1, `${rest[0]}: not a shell builtin`)
  yield* runBuiltin(sh, found, { words: rest, assigns: new Map() })
  return sh.status
}

export const EXEC: BuiltinTable = { eval: evaluate, source, '.': source, exec, command, builtin: builtinCommand }
