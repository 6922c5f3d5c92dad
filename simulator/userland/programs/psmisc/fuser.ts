// fuser(1) of psmisc 23.6 for files and mounts: who has them open, runs them, works or is rooted there. Network name spaces are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { O_ACCMODE } from '../../../abi/fcntl.ts'
import { SIGKILL } from '../../../abi/signal.ts'
import type { Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getpwent } from '../../libc/pwd.ts'
import { getcwd, kill, readDir, readFile, stat } from '../../libc/unistd.ts'
import { type Process, readProcesses } from '../procps/read-proc.ts'
import { signalList, signalNumber } from '../procps/signals.ts'
import { FUSER_USAGE } from './help.ts'
import { PSMISC_NOTICE } from './pstree.ts'

/** How a process uses a file, as the letters of the ACCESS column. */
interface Use {
  readonly process: Process
  readonly letters: ReadonlySet<string>
}

export function* fuser(c: Crt): Flow<number> {
  const flags = new Set<string>()
  const names: string[] = []
  let signal = SIGKILL
  for (const word of c.argv.slice(1)) {
    if (!word.startsWith('-') || word === '-') {
      names.push(word)
      continue
    }
    const number = word.length > 2 ? signalNumber(word.slice(1)) : undefined
    if (number !== undefined) {
      signal = number
      continue
    }
    for (const letter of word.slice(1)) {
      if ('n46IM'.includes(letter)) return yield* unsimulated(c, `option -${letter}`)
      if (!'acfiklmsuvwV'.includes(letter)) {
        yield* c.stderr.write(`fuser: Invalid option ${letter}\n${FUSER_USAGE}`)
        return 1
      }
      flags.add(letter === 'c' ? 'm' : letter)
    }
  }
  if (flags.has('V')) {
    yield* c.stderr.write(`fuser (PSmisc) 23.6\nCopyright (C) 1993-2022 Werner Almesberger and Craig Small\n\n${PSMISC_NOTICE}`)
    return 0
  }
  if (flags.has('l')) {
    yield* c.stdout.write(signalList())
    return 0
  }
  if (names.length === 0) {
    yield* c.stderr.write(`No process specification given\n${FUSER_USAGE}`)
    return 1
  }
  return yield* showUses(c, names, flags, signal)
}

function* showUses(c: Crt, names: readonly string[], flags: ReadonlySet<string>, signal: number): Flow<number> {
  const users = yield* getpwent()
  const userName = (uid: number): string => users.find((u) => u.uid === uid)?.name ?? String(uid)
  let status = 1
  let heading = false
  for (const name of names) {
    const target = yield* stat(name)
    if (isErr(target)) {
      yield* c.stderr.write(`Specified filename ${name} does not exist.\n`)
      continue
    }
    const uses = yield* findUses(target, flags.has('m'))
    if (uses.length === 0 && !flags.has('a')) continue
    if (uses.length > 0) status = 0
    const shown = `${name.startsWith('/') ? name : yield* absolute(name)}:`
    if (flags.has('v') && !flags.has('s')) {
      if (!heading) yield* c.stderr.write(`${' '.repeat(21)}USER        PID ACCESS COMMAND\n`)
      heading = true
      yield* c.stderr.write(shown.padEnd(20))
      for (const [i, use] of uses.entries()) {
        const access = ['F', 'r', 'c', 'e', 'm'].map((l) => (use.letters.has(l) ? l : l === 'F' && use.letters.has('f') ? 'f' : '.')).join('')
        yield* c.stderr.write(`${i === 0 ? '' : ' '.repeat(20)} ${userName(use.process.uids[1]).padEnd(8)} ${String(use.process.pid).padStart(6)} ${access} ${use.process.comm}\n`)
      }
    } else if (!flags.has('s')) {
      yield* c.stderr.write(shown.padEnd(20))
      for (const use of uses) {
        yield* c.stdout.write(` ${String(use.process.pid).padStart(5)}`)
        yield* c.stdout.flush()
        yield* c.stderr.write(['r', 'c', 'e', 'm'].filter((l) => use.letters.has(l)).join('') + (flags.has('u') ? `(${userName(use.process.uids[1])})` : ''))
      }
      yield* c.stderr.write('\n')
    }
    if (flags.has('k')) for (const use of uses) yield* kill(use.process.pid, signal)
  }
  return status
}

function* absolute(name: string): Flow<string> {
  const cwd = yield* getcwd()
  if (isErr(cwd)) return name
  return name === '.' ? cwd : `${cwd === '/' ? '' : cwd}/${name.replace(/^\.\//, '')}`
}

function* findUses(target: Stat, wholeMount: boolean): Flow<readonly Use[]> {
  const out: Use[] = []
  for (const process of yield* readProcesses()) {
    const letters = new Set<string>()
    const check = function* (path: string): Flow<boolean> {
      const st = yield* stat(path)
      return !isErr(st) && st.dev === target.dev && (wholeMount || st.ino === target.ino)
    }
    for (const [link, letter] of [['cwd', 'c'], ['exe', 'e'], ['root', 'r']] as const) if (yield* check(`/proc/${process.pid}/${link}`)) letters.add(letter)
    const fds = yield* readDir(`/proc/${process.pid}/fd`)
    for (const { name } of isErr(fds) ? [] : fds) {
      if (!/^\d+$/.test(name) || !(yield* check(`/proc/${process.pid}/fd/${name}`))) continue
      const info = yield* readFile(`/proc/${process.pid}/fdinfo/${name}`)
      const mode = isErr(info) ? 0 : parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '0', 8) & O_ACCMODE
      letters.add(mode === 0 ? 'f' : 'F')
    }
    if (letters.size > 0) out.push({ process, letters })
  }
  return out
}
