// apparmor_parser(8): reads profiles and loads them into the kernel, or takes them out. Simpler: policy is handed over as typed data, not as compiled state machines, so
// there is nothing to cache and nothing to optimise.
import type { ApparmorProfile } from '../../../abi/apparmor.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, openDir, readFile, readToEnd, stat, writeFile } from '../../libc/unistd.ts'
import { UnknownVariable } from './glob.ts'
import { ProfileError, readInclude, tokenize } from './lexer.ts'
import { readOptions } from './options.ts'
import { MergeError, Parser } from './parse-profile.ts'

const NOT_FOUND = 2
const FS = '/sys/kernel/security/apparmor'
const VERSION = 'AppArmor parser version 3.0.8\nCopyright (C) 1999-2008 Novell Inc.\nCopyright 2009-2018 Canonical Ltd.\n'
const none = (name: string, is: string) => ({ name, arg: 'none', is }) as const
const required = (name: string, is: string) => ({ name, arg: 'required', is }) as const

export const parserOptions = {
  short: 'ab:BCdD:f:hI:j:kKL:m:M:n:NO:o:pqQrRSTvVWwXYz',
  long: [
    none('add', 'a'), none('binary', 'B'), required('base', 'b'), none('complain', 'C'), { name: 'debug', arg: 'optional' }, required('dump', 'D'), none('help', 'h'), none('replace', 'r'),
    none('reload', 'r'), none('remove', 'R'), none('names', 'N'), none('stdout', 'S'), required('ofile', 'o'), none('version', 'V'), required('subdomainfs', 'f'), none('verbose', 'v'),
    none('quiet', 'q'), none('skip-kernel-load', 'Q'), none('skip-read-cache', 'K'), none('skip-bad-cache', 'Y'), none('skip-cache', 'T'), none('write-cache', 'W'), none('show-cache', 'k'),
    required('cache-loc', 'L'), required('namespace', 'n'), none('readimpliesX', 'X'), none('preprocess', 'p'), required('Include', 'I'), required('optimize', 'O'), required('Optimize', 'O'),
    required('jobs', 'j'), required('match-string', 'm'), required('features-file', 'M'), required('kernel-features', 'M'), required('policy-features', 'M'), { name: 'warn', arg: 'required' },
    { name: 'abort-on-error', arg: 'none' }, { name: 'skip-bad-cache-rebuild', arg: 'none' }, { name: 'config-file', arg: 'required' },
    { name: 'max-jobs', arg: 'required' }, { name: 'print-cache-dir', arg: 'none' }, { name: 'purge-cache', arg: 'none' }, { name: 'create-cache-dir', arg: 'none' },
  ],
  unsimulatedShort: 'BSonDmMbIf',
} as const

type Action = 'add' | 'replace' | 'remove'
interface Job {
  readonly action: Action
  readonly complain: boolean
  readonly verbose: boolean
  readonly names: boolean
  readonly preprocess: boolean
  readonly load: boolean
}

export const apparmorParser = program(function* (c) {
  const { has, operands, error } = yield* readOptions(c, parserOptions)
  if (error !== undefined) {
    yield* c.stderr.write(`${error}\n`)
    return 1
  }
  if (has('h')) {
    yield* c.stdout.write(`${VERSION}\nUsage: apparmor_parser [options] [profile]\n`)
    return 0
  }
  if (has('V')) {
    yield* c.stdout.write(VERSION)
    return 0
  }
  const job: Job = {
    action: has('R') ? 'remove' : has('r') ? 'replace' : 'add', complain: has('C'), verbose: has('v'), names: has('N'), preprocess: has('p'), load: !has('Q') && !has('N') && !has('p'),
  }
  if (job.load && (yield* call('geteuid')) !== 0) {
    yield* c.stderr.write('apparmor_parser: Sorry. You need root privileges to run this program.\n\n')
    return 1
  }
  if (operands.length === 0) {
    const data = yield* readToEnd(0)
    return isErr(data) ? 1 : yield* handle(c, job, decodeUtf8(data), undefined)
  }
  let status = 0
  for (const path of operands) {
    const failed = yield* handlePath(c, job, path)
    if (failed !== 0) status = failed
  }
  return status
})

function* handlePath(c: Crt, job: Job, path: string): Flow<number> {
  const st = yield* stat(path)
  if (isErr(st)) {
    yield* c.stderr.write(`File ${path} not found, skipping...\n`)
    return NOT_FOUND
  }
  if (!isDir(st.mode)) {
    const text = yield* readFile(path)
    if (!isErr(text)) return yield* handle(c, job, text, path)
    yield* c.stderr.write(`Error: Could not read profile ${path}: ${text.message}.\n`)
    return 1
  }
  const dir = yield* openDir(path)
  if (isErr(dir)) return 1
  yield* close(dir.fd)
  let status = 0
  for (const name of dir.entries.map((e) => e.name).filter((n) => !n.startsWith('.')).sort()) {
    const entry = yield* stat(`${path}/${name}`)
    if (isErr(entry) || isDir(entry.mode)) continue
    const failed = yield* handlePath(c, job, `${path}/${name}`)
    if (failed !== 0) status = failed
  }
  return status
}

/** One file: parsed whole before anything is loaded. Answers the exit status. */
function* handle(c: Crt, job: Job, text: string, file: string | undefined): Flow<number> {
  let profiles: readonly ApparmorProfile[]
  try {
    profiles = new Parser(yield* tokenize(text, file, readInclude)).parse()
  } catch (thrown) {
    if (thrown instanceof ProfileError) {
      const where = file === undefined ? '' : ` for ${file}${thrown.file === undefined ? '' : ` in profile ${thrown.file}`}`
      yield* c.stderr.write(`AppArmor parser error${where} at line ${thrown.line}: ${thrown.message}\n`)
    } else if (thrown instanceof UnknownVariable) yield* c.stderr.write(`Found reference to variable ${thrown.message}, but is never declared\n`)
    else if (thrown instanceof MergeError) yield* c.stderr.write(`${thrown.message}\n`)
    else throw thrown
    return 1
  }
  if (job.preprocess) yield* c.stdout.write(text)
  if (job.names) yield* c.stdout.write(profiles.map((p) => `${p.name}\n`).join(''))
  if (!job.load) return 0
  return yield* load(c, job, job.complain ? profiles.map((p) => ({ ...p, mode: 'complain' })) : profiles)
}

const DONE: Readonly<Record<Action, string>> = { add: 'Addition', replace: 'Replacement', remove: 'Removal' }
const REASONS = new Map<Errno, string>([
  [Errno.EEXIST, 'Profile already exists'], [Errno.ENOENT, "Profile doesn't exist"], [Errno.EACCES, 'Permission denied; attempted to load a profile while confined?'],
  [Errno.EPERM, 'Permission denied'], [Errno.EPROTO, "Profile doesn't conform to protocol"], [Errno.ENOMEM, 'Out of memory'], [Errno.EINVAL, 'Bad profile'],
])

function* load(c: Crt, job: Job, profiles: readonly ApparmorProfile[]): Flow<number> {
  for (const profile of profiles) {
    const path = job.action === 'remove' ? `${FS}/.remove` : `${FS}/${job.action === 'add' ? '.load' : '.replace'}`
    const error = yield* writeFile(path, job.action === 'remove' ? profile.name : JSON.stringify([profile]), O_WRONLY)
    if (isErr(error)) {
      yield* c.stderr.write(`apparmor_parser: Unable to ${job.action} "${profile.name}".  ${REASONS.get(error) ?? `Unknown error (${error.number}): ${error.message}`}\n`)
      return -error.number & 0xff
    }
    if (job.verbose) yield* c.stdout.write(`${DONE[job.action]} succeeded for "${profile.name}".\n`)
  }
  return 0
}
