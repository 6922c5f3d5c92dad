// The functions a C program may call: of libc, nearly all of them system calls, and of libseccomp. Each sets errno as C's does.
import { Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD } from '../../../abi/fcntl.ts'
import { SECCOMP_SET_MODE_FILTER, type SockFilter } from '../../../abi/seccomp.ts'
import { SIG_DFL, SIG_IGN } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { SYSCALL_NUMBER_BY_NAME } from '../../../abi/syscall-names.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Comparison, compileFilter, type FilterRule } from '../../../lib/seccomp-filter.ts'
import { envStrings, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { access, chmod, chown, execvpe, kill, mkdir, open, rename, rmdir, sigaction, symlink, unlink } from '../../libc/unistd.ts'
import { format } from './c-format.ts'
import type { Machine } from './c-run.ts'
import { bytesOf, type Cells, Fault, loadFrom, pointer, storeTo, type Struct, textValue, toNumber, type Value } from './c-values.ts'

type Builtin = (m: Machine, args: readonly Value[]) => Flow<Value>

const text = (value: Value | undefined): string => decodeUtf8(bytesOf(value ?? 0))
const num = (value: Value | undefined): number => toNumber(value ?? 0)
const ERRNO_BY_NUMBER = new Map(Object.values(Errno).map((e) => [e.number, e]))
const strerror = (n: number): string => (n === 0 ? 'Success' : (ERRNO_BY_NUMBER.get(n)?.message ?? `Unknown error ${n}`))

/** The result of a system call as C has it: -1 and errno for an error. */
function result(m: Machine, value: unknown): number {
  if (isErr(value)) {
    m.setErrno(value.number)
    return -1
  }
  return typeof value === 'number' ? value : 0
}
/** A call that needs nothing but its arguments made into numbers and strings. */
const plain = (run: (args: readonly Value[], m: Machine) => Flow<unknown>): Builtin => function* (m, args) {
  return result(m, yield* run(args, m))
}

function* strings(value: Value | undefined): Generator<string> {
  for (let at = value; ;) {
    const word = loadFrom(at ?? 0)
    if (word === 0) return
    yield text(word)
    if (at === undefined || typeof at === 'number' || at.kind !== 'pointer') return
    at = pointer(at.to, at.at + 1)
  }
}
/** The list of execl(3): up to a null pointer. */
function listed(args: readonly Value[]): string[] {
  const end = args.indexOf(0)
  return args.slice(0, end < 0 ? args.length : end).map(text)
}
function write(target: Value | undefined, bytes: Uint8Array, limit = Infinity): void {
  if (target === undefined || typeof target === 'number' || target.kind !== 'pointer') throw new Fault('not a buffer')
  for (let i = 0; i <= bytes.length && i < limit; i++) storeTo(pointer(target.to, target.at + i), i < bytes.length ? bytes[i] : 0)
}
const fdOf = (value: Value | undefined): number => (typeof value === 'object' && value.kind === 'opaque' ? Number((value.data as { fd?: number }).fd ?? 1) : num(value))

function* print(m: Machine, fd: number, out: string): Flow<number> {
  yield* (fd === 2 ? m.c.stderr : m.c.stdout).write(out)
  return encodeUtf8(out).length
}
const errnoOf = (m: Machine) => (): string => strerror(m.errno)

function* flushAnd<T>(m: Machine, then: Flow<T>): Flow<T> {
  yield* m.c.stdout.flush()
  return yield* then
}

const env = (m: Machine): string[] => envStrings(m.c.env)

/** struct sock_fprog as the kernel reads it. */
function programOf(value: Value | undefined): SockFilter[] {
  const prog = loadFrom(value ?? 0)
  if (typeof prog === 'number' || prog.kind !== 'struct') throw new Fault('not a program')
  const filter = field(prog, 'filter')
  if (typeof filter === 'number' || filter.kind !== 'pointer') throw new Fault('no filter')
  return Array.from({ length: num(field(prog, 'len')) }, (_, i) => {
    const insn = filter.to.cells[filter.at + i]
    if (typeof insn === 'number' || insn?.kind !== 'struct') throw new Fault('not an instruction')
    const part = (name: string): number => num(field(insn, name)) >>> 0
    return { code: part('code') & 0xffff, jt: part('jt') & 0xff, jf: part('jf') & 0xff, k: part('k') }
  })
}
const field = (struct: Struct, name: string): Value => struct.fields.get(name)?.cells[0] ?? 0

const PR_SET_NAME = 15
const PR_SET_SECCOMP = 22
const PR_SET_NO_NEW_PRIVS = 38

/** libseccomp's filter in the making. */
class SeccompContext {
  readonly defaultAction: number
  readonly rules: FilterRule[] = []
  constructor(action: number) {
    this.defaultAction = action >>> 0
  }
}
const context = (value: Value | undefined): SeccompContext => {
  if (typeof value !== 'object' || value.kind !== 'opaque' || !(value.data instanceof SeccompContext)) throw new Fault('not a filter context')
  return value.data
}
const OPERATORS: readonly Comparison['op'][] = ['NE', 'NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ']
const comparisons = (args: readonly Value[]): Comparison[] => args.flatMap((arg) => (typeof arg === 'object' && arg.kind === 'opaque' ? [arg.data as Comparison] : []))
const EINVAL = -22

function exported(program: readonly SockFilter[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(i * 8, code, true)
    bytes[i * 8 + 2] = jt
    bytes[i * 8 + 3] = jf
    view.setUint32(i * 8 + 4, k >>> 0, true)
  }
  return bytes
}

/** struct scmp_arg_cmp */
function* compared(index: number, [op, value, valueTwo]: readonly Value[]): Flow<Value> {
  const data: Comparison = { index, op: OPERATORS[num(op)] ?? 'EQ', value: num(value), valueTwo: num(valueTwo) }
  return { kind: 'opaque', data }
}

const SECCOMP: readonly (readonly [string, Builtin])[] = [
  ['seccomp_init', function* (_m, [action]) {
    return { kind: 'opaque', data: new SeccompContext(num(action)) }
  }],
  ['SCMP_CMP', (_m, [index, ...rest]) => compared(num(index), rest)],
  ...[0, 1, 2, 3, 4, 5].map((index): readonly [string, Builtin] => [`SCMP_A${index}`, (_m, args) => compared(index, args)]),
  ...(['seccomp_rule_add', 'seccomp_rule_add_exact'] as const).map((name): readonly [string, Builtin] => [name, function* (_m, [ctx, action, nr, _count, ...args]) {
    const filter = context(ctx)
    if (num(action) >>> 0 === filter.defaultAction) return -13
    if (num(nr) < 0) return EINVAL
    filter.rules.push({ number: num(nr), action: num(action) >>> 0, args: comparisons(args) })
    return 0
  }]),
  ['seccomp_load', function* (m, [ctx]) {
    const { defaultAction, rules } = context(ctx)
    yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    const loaded = yield* call('seccomp', SECCOMP_SET_MODE_FILTER, 0, compileFilter(defaultAction, rules))
    if (!isErr(loaded)) return 0
    m.setErrno(loaded.number)
    return -loaded.number
  }],
  ['seccomp_export_bpf', function* (m, [ctx, fd]) {
    const { defaultAction, rules } = context(ctx)
    return result(m, yield* call('write', num(fd), exported(compileFilter(defaultAction, rules)))) < 0 ? EINVAL : 0
  }],
  ['seccomp_release', function* () {
    return 0
  }],
  ['seccomp_syscall_resolve_name', function* (_m, [name]) {
    return SYSCALL_NUMBER_BY_NAME.get(text(name)) ?? -1
  }],
]

const STDIO: readonly (readonly [string, Builtin])[] = [
  ['printf', (m, [f, ...args]) => print(m, 1, format(text(f), args, errnoOf(m)))],
  ['fprintf', (m, [to, f, ...args]) => print(m, fdOf(to), format(text(f), args, errnoOf(m)))],
  ['dprintf', plain(function* ([fd, f, ...args], m) {
    return yield* call('write', num(fd), encodeUtf8(format(text(f), args, errnoOf(m))))
  })],
  ['puts', (m, [s]) => print(m, 1, `${text(s)}\n`)], ['fputs', (m, [s, to]) => print(m, fdOf(to), text(s))],
  ['putchar', (m, [ch]) => print(m, 1, String.fromCharCode(num(ch)))],
  ['perror', (m, [s]) => print(m, 2, `${s === 0 ? '' : `${text(s)}: `}${strerror(m.errno)}\n`)],
  ['fflush', function* (m) {
    yield* m.c.stdout.flush()
    return 0
  }],
  ...(['sprintf', 'snprintf'] as const).map((name): readonly [string, Builtin] => [name, function* (m, [to, ...rest]) {
    const [limit, f, ...args] = name === 'snprintf' ? rest : [Infinity, ...rest]
    const out = encodeUtf8(format(text(f), args, errnoOf(m)))
    write(to, out.subarray(0, Math.max(0, num(limit) - 1)))
    return out.length
  }]),
]

const STRING: readonly (readonly [string, Builtin])[] = [
  ['strerror', function* (_m, [n]) {
    return textValue(strerror(num(n)))
  }],
  ['strlen', function* (_m, [s]) {
    return bytesOf(s ?? 0).length
  }],
  ['strcmp', function* (_m, [a, b]) {
    return text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0
  }],
  ['strncmp', function* (_m, [a, b, n]) {
    const [x, y] = [text(a).slice(0, num(n)), text(b).slice(0, num(n))]
    return x < y ? -1 : x > y ? 1 : 0
  }],
  ['strcpy', function* (_m, [to, from]) {
    write(to, bytesOf(from ?? 0))
    return to ?? 0
  }],
  ['strncpy', function* (_m, [to, from, n]) {
    write(to, bytesOf(from ?? 0).subarray(0, num(n)), num(n))
    return to ?? 0
  }],
  ['strcat', function* (_m, [to, from]) {
    write(to, encodeUtf8(text(to) + text(from)))
    return to ?? 0
  }],
  ['strdup', function* (_m, [s]) {
    return textValue(text(s))
  }],
  ['memset', function* (_m, [to, byte, n]) {
    if (typeof to !== 'object' || to.kind !== 'pointer') throw new Fault('not a buffer')
    for (let i = 0; i < num(n) && to.at + i < to.to.cells.length; i++) if (typeof to.to.cells[to.at + i] === 'number') storeTo(pointer(to.to, to.at + i), num(byte))
    return to
  }],
  ...(['atoi', 'atol'] as const).map((name): readonly [string, Builtin] => [name, function* (_m, [s]) {
    return parseInt(text(s), 10) || 0
  }]),
  ['strtol', function* (_m, [s, _end, base]) {
    return parseInt(text(s), num(base) || 10) || 0
  }],
  ...(['malloc', 'calloc'] as const).map((name): readonly [string, Builtin] => [name, function* (m, [a, b]) {
    const bytes = name === 'calloc' ? num(a) * num(b) : num(a)
    const taken = bytes < 128 * 1024 ? 0 : yield* call('mmap', 0, bytes, 3, 0x22, -1, 0)
    if (isErr(taken)) return (m.setErrno(taken.number), 0)
    const memory: Cells = { cells: new Array<Value>(Math.min(bytes, 1 << 16)).fill(0), isArray: true }
    return pointer(memory)
  }]),
  ['free', function* () {
    return 0
  }],
  ['getenv', function* (m, [name]) {
    const value = m.c.env.get(text(name))
    return value === undefined ? 0 : textValue(value)
  }],
  ['setenv', function* (m, [name, value]) {
    m.c.env.set(text(name), text(value))
    return 0
  }],
]

const ids = ['getuid', 'geteuid', 'getgid', 'getegid', 'getpid', 'getppid', 'gettid', 'setsid', 'pause', 'sync'] as const
const oneNumber = ['setuid', 'setgid', 'close', 'dup', 'fchdir', 'umask', 'fsync', 'unshare', 'getpgid', 'getsid'] as const
const twoNumbers = ['dup2', 'setns', 'setreuid', 'setregid', 'setpgid'] as const

const CALLS: readonly (readonly [string, Builtin])[] = [
  ...ids.map((name): readonly [string, Builtin] => [name, plain(() => call(name))]),
  ...oneNumber.map((name): readonly [string, Builtin] => [name, plain(([a]) => call(name, num(a)))]),
  ...twoNumbers.map((name): readonly [string, Builtin] => [name, plain(([a, b]) => call(name, num(a), num(b)))]),
  ['seteuid', plain(([id]) => call('setresuid', -1, num(id), -1))], ['setegid', plain(([id]) => call('setresgid', -1, num(id), -1))],
  ['setresuid', plain(([a, b, c]) => call('setresuid', num(a), num(b), num(c)))], ['setresgid', plain(([a, b, c]) => call('setresgid', num(a), num(b), num(c)))],
  ['open', plain(([path, flags, mode]) => open(text(path), num(flags), num(mode)))],
  ['creat', plain(([path, mode]) => open(text(path), 0o1101, num(mode)))],
  ['write', plain(function* ([fd, data, n], m) {
    if (num(fd) === 1) yield* m.c.stdout.flush()
    if (typeof data !== 'object' || data.kind !== 'pointer') throw new Fault('not a buffer')
    return yield* call('write', num(fd), Uint8Array.from(data.to.cells.slice(data.at, data.at + num(n)), toNumber))
  })],
  ['read', function* (m, [fd, buffer, n]) {
    const data = yield* call('read', num(fd), num(n))
    if (isErr(data)) return result(m, data)
    write(buffer, data, data.length)
    return data.length
  }],
  ['mkdir', plain(([path, mode]) => mkdir(text(path), num(mode)))], ['rmdir', plain(([path]) => rmdir(text(path)))], ['unlink', plain(([path]) => unlink(text(path)))],
  ['chdir', plain(([path]) => call('chdir', text(path)))], ['chroot', plain(([path]) => call('chroot', text(path)))], ['access', plain(([path, mode]) => access(text(path), num(mode)))],
  ['chmod', plain(([path, mode]) => chmod(text(path), num(mode)))], ['chown', plain(([path, uid, gid]) => chown(text(path), num(uid), num(gid)))],
  ['rename', plain(([a, b]) => rename(text(a), text(b)))], ['symlink', plain(([a, b]) => symlink(text(a), text(b)))],
  ['mknod', plain(([path, mode, dev]) => call('mknodat', AT_FDCWD, text(path), num(mode), num(dev)))],
  ['mount', plain(([source, target, type, flags, data]) => call('mount', source === 0 ? '' : text(source), text(target), type === 0 ? '' : text(type), num(flags), data === 0 || data === undefined ? '' : text(data)))],
  ['umount', plain(([target]) => call('umount2', text(target), 0))], ['umount2', plain(([target, flags]) => call('umount2', text(target), num(flags)))],
  ['sethostname', plain(([name]) => call('sethostname', text(name)))],
  ['gethostname', function* (m, [buffer, n]) {
    const names = yield* call('uname')
    if (isErr(names)) return result(m, names)
    write(buffer, encodeUtf8(names.nodename), num(n))
    return 0
  }],
  ['getcwd', function* (m, [buffer]) {
    const path = yield* call('getcwd')
    if (isErr(path)) return (result(m, path), 0)
    write(buffer, encodeUtf8(path))
    return buffer ?? 0
  }],
  ['kill', plain(([pid, sig]) => kill(num(pid), num(sig)))],
  ['raise', plain(function* ([sig]) {
    const pid = yield* call('getpid')
    return isErr(pid) ? pid : yield* kill(pid, num(sig))
  })],
  ['abort', plain(function* () {
    const pid = yield* call('getpid')
    return isErr(pid) ? pid : yield* kill(pid, 6)
  })],
  ['signal', plain(function* ([sig, handler], m) {
    const fn = typeof handler === 'object' && handler.kind === 'function' ? handler.name : undefined
    const action = fn === undefined ? (num(handler) === 1 ? SIG_IGN : SIG_DFL) : function* (n: number): Flow<void> {
      yield* m.call(fn, [n])
    }
    const old = yield* sigaction(num(sig), action)
    return isErr(old) ? old : 0
  })],
  ['sleep', plain(([n]) => call('clock_nanosleep', 1, 0, { sec: num(n), nsec: 0 }))],
  ['usleep', plain(([n]) => call('clock_nanosleep', 1, 0, { sec: Math.floor(num(n) / 1e6), nsec: (num(n) % 1e6) * 1000 }))],
  ['exit', function* (_m, [status]) {
    return exit(num(status) & 0xff)
  }],
  ['_exit', function* (_m, [status]) {
    yield* call('exit_group', num(status) & 0xff)
    return 0
  }],
  ['prctl', plain(function* ([option, ...args]) {
    if (num(option) === PR_SET_SECCOMP && args.length > 1) return yield* call('prctl', PR_SET_SECCOMP, num(args[0]), programOf(args[1]))
    if (num(option) === PR_SET_NAME) return yield* call('prctl', PR_SET_NAME, text(args[0]))
    return yield* call('prctl', num(option), ...args.map(num))
  })],
  ['syscall', function* (m, [number, ...args]) {
    return yield* rawSyscall(m, num(number), args)
  }],
  ['execvp', plain(([file, argv], m) => flushAnd(m, execvpe(text(file), [...strings(argv)], env(m))))],
  ['execlp', plain(([file, ...argv], m) => flushAnd(m, execvpe(text(file), listed(argv), env(m))))],
  ['execv', plain(([path, argv], m) => flushAnd(m, call('execve', text(path), [...strings(argv)], env(m))))],
  ['execve', plain(([path, argv, envp], m) => flushAnd(m, call('execve', text(path), [...strings(argv)], envp === 0 ? [] : [...strings(envp)])))],
  ['execl', plain(([path, ...argv], m) => flushAnd(m, call('execve', text(path), listed(argv), env(m))))],
]

/** syscall(2): those whose arguments are plain, and the ones seccomp programs make. */
function* rawSyscall(m: Machine, number: number, args: readonly Value[]): Flow<Value> {
  const name = [...SYSCALL_NUMBER_BY_NAME].find(([, n]) => n === number)?.[0] ?? ''
  if (name === 'exit') return result(m, yield* call('exit', num(args[0])))
  if (name === 'exit_group') return result(m, yield* call('exit_group', num(args[0])))
  if (name === 'seccomp') return result(m, yield* call('seccomp', num(args[0]), num(args[1]), args[2] === 0 ? undefined : programOf(args[2])))
  const builtin = LIBRARY.get(name)
  if (builtin === undefined) return exit(yield* unsimulated(m.c, `syscall ${name === '' ? String(number) : name} of this C program`))
  return yield* builtin(m, args)
}

export const LIBRARY: ReadonlyMap<string, Builtin> = new Map([...STDIO, ...STRING, ...CALLS, ...SECCOMP])
