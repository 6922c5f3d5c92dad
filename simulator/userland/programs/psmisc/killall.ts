// killall(1) of psmisc 23.6: signals processes by name. Names longer than 15 characters are compared with the command line.
import { isErr } from '../../../abi/errno.ts'
import { SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { compileRegex } from '../../../lib/regex.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { kill, readlink, stat } from '../../libc/unistd.ts'
import { startSeconds } from '../procps/process-times.ts'
import { type Process, readProcesses, readUptime } from '../procps/read-proc.ts'
import { signalList, signalNumber } from '../procps/signals.ts'
import { KILLALL_USAGE } from './help.ts'
import { PSMISC_NOTICE } from './pstree.ts'

export const KILLALL_SHORT = 'egy:o:ilqrs:u:vwZ:VIn:'
export const KILLALL_LONG: readonly LongOption[] = [
  ...([['exact', 'e'], ['ignore-case', 'I'], ['process-group', 'g'], ['interactive', 'i'], ['list', 'l'], ['quiet', 'q'], ['regexp', 'r'], ['verbose', 'v'], ['version', 'V'], ['wait', 'w']] as const
  ).map(([name, is]) => ({ name, arg: 'none' as const, is })),
  ...([['younger-than', 'y'], ['older-than', 'o'], ['signal', 's'], ['user', 'u'], ['ns', 'n']] as const).map(([name, is]) => ({ name, arg: 'required' as const, is })),
  { name: 'context', arg: 'required', unsimulated: true },
]
const UNITS = new Map([['s', 1], ['m', 60], ['h', 3600], ['d', 86400], ['w', 604800], ['M', 2419200], ['y', 31536000]])

export function* killall(c: Crt): Flow<number> {
  const argv = [...c.argv]
  let signal = SIGTERM
  const at = argv.findIndex((w, i) => i > 0 && /^-(?:[A-Z]{2,}[A-Z0-9+-]*|\d+)$/.test(w))
  if (at > 0) {
    const number = signalNumber(argv[at].slice(1))
    if (number === undefined) return yield* unknownSignal(c, argv[at].slice(1))
    signal = number
    argv.splice(at, 1)
  }
  const parsed = getoptLong(argv, KILLALL_SHORT, KILLALL_LONG, 'Z')
  const options = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(KILLALL_USAGE)
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    options.set(event.opt, event.arg ?? '')
  }
  if (options.has('l')) {
    yield* c.stdout.write(signalList())
    return 0
  }
  if (options.has('V')) {
    yield* c.stderr.write(`killall (PSmisc) 23.6\nCopyright (C) 1993-2022 Werner Almesberger and Craig Small\n\n${PSMISC_NOTICE}`)
    return 0
  }
  const named = options.get('s')
  if (named !== undefined) {
    const number = signalNumber(named)
    if (number === undefined) return yield* unknownSignal(c, named)
    signal = number
  }
  let uid: number | undefined
  const user = options.get('u')
  if (user !== undefined) {
    const entry = yield* getpwnam(user)
    if (entry === undefined) {
      yield* c.stderr.write(`Cannot find user ${user}\n`)
      return 1
    }
    uid = entry.uid
  }
  if (parsed.operands.length === 0 && uid === undefined && !options.has('n')) {
    yield* c.stderr.write(KILLALL_USAGE)
    return 1
  }
  return yield* killNames(c, parsed.operands, signal, options, uid)
}

function* unknownSignal(c: Crt, name: string): Flow<number> {
  yield* c.stderr.write(`${name}: unknown signal; killall -l lists signals.\n`)
  return 1
}

/** 5m, 1h, 1.5d as seconds. */
function age(text: string | undefined): number | undefined {
  const m = /^(\d+(?:\.\d+)?)([smhdwMy])$/.exec(text ?? '')
  return m === null ? undefined : Number(m[1]) * (UNITS.get(m[2]) ?? 1)
}

function* killNames(c: Crt, names: readonly string[], signal: number, options: ReadonlyMap<string, string>, uid: number | undefined): Flow<number> {
  const self = yield* call('getpid')
  const everyone = yield* readProcesses()
  const all = everyone.filter((p) => p.pid !== self)
  if (everyone.length === 0) {
    yield* c.stderr.write('killall: /proc lacks process entries (not mounted ?)\n')
    return 1
  }
  const uptime = yield* readUptime()
  const [younger, older] = [age(options.get('y')), age(options.get('o'))]
  const allowed = all.filter((p) => (uid === undefined || p.uids[1] === uid) && (younger === undefined || uptime - startSeconds(p) < younger) && (older === undefined || uptime - startSeconds(p) > older))
  let failed = false
  const groups = new Set<number>()
  const pending: number[] = []
  for (const name of names.length > 0 ? names : [undefined]) {
    const matches = yield* matcher(c, name, options)
    if (matches === undefined) return 1
    let found = false
    for (const p of allowed) {
      if (!(yield* matches(p))) continue
      const target = options.has('g') ? p.pgrp : p.pid
      if (options.has('g') && groups.has(target)) continue
      groups.add(target)
      if (options.has('i') && !(yield* confirm(c, p))) continue
      const sent = yield* kill(options.has('g') ? -target : target, signal)
      if (isErr(sent)) yield* c.stderr.write(`${p.comm}(${target}): ${sent.message}\n`)
      else {
        found = true
        pending.push(p.pid)
        if (options.has('v')) yield* c.stderr.write(`Killed ${p.comm}(${options.has('g') ? 'pgid ' : ''}${target}) with signal ${signal}\n`)
      }
    }
    if (found || name === undefined) continue
    failed = true
    if (!options.has('q')) yield* c.stderr.write(`${name}: no process found\n`)
  }
  if (options.has('w')) yield* waitForAll(pending)
  return failed ? 1 : 0
}

function* matcher(c: Crt, name: string | undefined, options: ReadonlyMap<string, string>): Flow<((p: Process) => Flow<boolean>) | undefined> {
  const by = (test: (p: Process) => boolean) => function* (p: Process): Flow<boolean> {
    return test(p)
  }
  if (name === undefined) return by(() => true)
  if (options.has('r')) {
    const regex = compileRegex(name, { syntax: 'extended', ignoreCase: options.has('I') })
    if ('error' in regex) {
      yield* c.stderr.write(`killall: Bad regular expression: ${name}\n`)
      return undefined
    }
    return by((p) => regex.test(p.comm))
  }
  if (name.includes('/')) {
    const file = yield* stat(name)
    return function* (p) {
      const exe = yield* stat(`/proc/${p.pid}/exe`)
      if (!isErr(file) && !isErr(exe)) return file.dev === exe.dev && file.ino === exe.ino
      const link = yield* readlink(`/proc/${p.pid}/exe`)
      return link === name
    }
  }
  const fold = (text: string): string => (options.has('I') ? text.toLowerCase() : text)
  return by((p) => {
    if (fold(p.comm.slice(0, 15)) !== fold(name.slice(0, 15))) return false
    if (name.length <= 15 || p.comm.length < 15) return name.length <= 15 || !options.has('e')
    return p.cmdline.some((arg) => fold(arg.replace(/^.*\//s, '')) === fold(name))
  })
}

function* confirm(c: Crt, p: Process): Flow<boolean> {
  yield* c.stdout.write(`Kill ${p.comm}(${p.pid}) ? (y/N) `)
  yield* c.stdout.flush()
  return /^[yY]/.test((yield* c.stdin.line()) ?? '')
}

function* waitForAll(pids: readonly number[]): Flow<void> {
  for (;;) {
    let alive = false
    for (const pid of pids) if (!isErr(yield* kill(pid, 0))) alive = true
    if (!alive) return
    yield* call('clock_nanosleep', 1, 0, { sec: 1, nsec: 0 })
  }
}
