// Opening an address: a descriptor to read from and one to write to.
import { type Errno, isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { MSG_PEEK } from '../../../abi/inet-message.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { type AddrInfo, gaiStrerror, getaddrinfo, isGaiError, sockAddrOf } from '../../libc/getaddrinfo.ts'
import { servicePort } from '../../libc/services.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, open, unlink } from '../../libc/unistd.ts'
import type { Address } from './address.ts'
import { addressLength, addressText, type Diagnostics } from './diagnostics.ts'

export interface Channel {
  readonly input: number
  readonly output: number
  /** Can be told that no more bytes come. */
  readonly isSocket: boolean
}
const socket = (fd: number): Channel => ({ input: fd, output: fd, isSocket: true })
const FAMILY_NUMBERS = { inet: 2, inet6: 10 } as const
const BACKLOG = 5

function* portOf(text: string, protocol: 'tcp' | 'udp', d: Diagnostics): Flow<number> {
  if (/^\d+$/.test(text)) return Number(text)
  return (yield* servicePort(text, protocol)) ?? (yield* d.fail(`getaddrinfo("NULL", "${text}", {1,0,1,6}, {}): Servname not supported for ai_socktype`))
}
function* resolve(name: string, { family }: Address, protocol: 'tcp' | 'udp', d: Diagnostics): Flow<readonly AddrInfo[]> {
  const host = name.replace(/^\[|\]$/g, '')
  const found = yield* getaddrinfo(host, family)
  if (!isGaiError(found)) return found
  return yield* d.fail(`getaddrinfo("${name}", "NULL", {1,${family === undefined ? 0 : FAMILY_NUMBERS[family]},${protocol === 'tcp' ? 1 : 2},${protocol === 'tcp' ? 6 : 17}}, {}): ${gaiStrerror(found)}`)
}
function* newSocket(family: string, type: string, d: Diagnostics): Flow<number> {
  const fd = yield* call('socket', family, `${type}|cloexec`, 0)
  return isErr(fd) ? yield* d.fail(`socket(${family}): ${fd.message}`) : fd
}
function* applyOptions(fd: number, options: ReadonlyMap<string, string>): Flow<void> {
  const set = (option: string, value: unknown): Flow<unknown> => call('setsockopt', fd, 'SOL_SOCKET', option, value)
  if (options.has('reuseaddr')) yield* set('SO_REUSEADDR', 1)
  if (options.has('reuseport')) yield* set('SO_REUSEPORT', 1)
  if (options.has('broadcast')) yield* set('SO_BROADCAST', 1)
  if (options.has('keepalive')) yield* set('SO_KEEPALIVE', 1)
  if (options.has('nodelay')) yield* call('setsockopt', fd, 'SOL_TCP', 'TCP_NODELAY', 1)
  const device = options.get('if')
  if (device !== undefined) yield* set('SO_BINDTODEVICE', device)
  if (options.has('rcvbuf')) yield* set('SO_RCVBUF', Number(options.get('rcvbuf')))
}

function* connectInternet(address: Address, protocol: 'tcp' | 'udp', d: Diagnostics): Flow<Channel> {
  const [host, portText] = address.parameters
  const port = yield* portOf(portText, protocol, d)
  const targets = yield* resolve(host, address, protocol, d)
  let problem = ''
  for (const info of targets) {
    const to = sockAddrOf(info, port)
    const fd = yield* newSocket(info.family, protocol === 'tcp' ? 'stream' : 'dgram', d)
    yield* applyOptions(fd, address.options)
    const source = address.options.get('bind')
    const sourcePort = Number(address.options.get('sp') ?? 0)
    if (source !== undefined || sourcePort !== 0) {
      const from: SockAddr = { family: info.family, addr: source?.replace(/:.*/, '') ?? (info.family === 'inet' ? '0.0.0.0' : '::'), port: sourcePort }
      const bound = yield* call('bind', fd, from)
      if (isErr(bound)) return yield* d.fail(`bind(${fd}, {${addressText(from)}}, ${addressLength(from)}): ${bound.message}`)
    }
    yield* d.say('N', `opening connection to ${addressText(to)}`)
    const connected = yield* call('connect', fd, to)
    if (!isErr(connected)) {
      const local = yield* call('getsockname', fd)
      yield* d.say('N', `successfully connected from local address ${addressText(isErr(local) ? undefined : local)}`)
      return socket(fd)
    }
    problem = `connect(${fd}, ${addressText(to)}, ${addressLength(to)}): ${connected.message}`
    yield* close(fd)
  }
  return yield* d.fail(problem)
}
function* connectUnix(path: string, d: Diagnostics): Flow<Channel> {
  const to: SockAddr = { family: 'unix', path }
  const fd = yield* newSocket('unix', 'stream', d)
  yield* d.say('N', `opening connection to ${addressText(to)}`)
  const connected = yield* call('connect', fd, to)
  if (isErr(connected)) return yield* d.fail(`connect(, ${addressText(to)}, ${addressLength(to)}): ${connected.message}`)
  yield* d.say('N', `successfully connected from local address ${addressText({ family: 'unix', path: '' })}`)
  return socket(fd)
}

/** A bound, listening socket of a …-LISTEN address. */
export function* listenOn(address: Address, d: Diagnostics): Flow<number> {
  const { kind, parameters: [parameter], options } = address
  let local: SockAddr
  if (kind === 'unix-listen' || kind === 'abstract-listen') local = { family: 'unix', path: kind === 'abstract-listen' ? `\0${parameter}` : parameter }
  else {
    const protocol = kind === 'tcp-listen' ? 'tcp' : 'udp'
    const port = yield* portOf(parameter, protocol, d)
    const bind = options.get('bind')
    const found = bind === undefined ? undefined : (yield* resolve(bind, address, protocol, d))[0]
    local = found === undefined ? { family: address.family ?? 'inet', addr: address.family === 'inet6' ? '::' : '0.0.0.0', port } : sockAddrOf(found, port)
  }
  const isDatagram = kind === 'udp-listen' || kind === 'udp-recv'
  const fd = yield* newSocket(local.family, isDatagram ? 'dgram' : 'stream', d)
  yield* applyOptions(fd, options)
  if (options.has('unlink-early') && local.family === 'unix') yield* unlink(local.path)
  const bound = yield* call('bind', fd, local)
  if (isErr(bound)) return yield* d.fail(`bind(${fd}, {${addressText(local)}}, ${addressLength(local)}): ${bound.message}`)
  if (options.has('mode') && local.family === 'unix') yield* call('fchmodat', -100, local.path, Number.parseInt(options.get('mode') ?? '', 8))
  if (!isDatagram) yield* call('listen', fd, Number(options.get('backlog') ?? BACKLOG))
  yield* d.say('N', `listening on ${addressText(local)}`)
  return fd
}
/** The next connection; of UDP the first packet makes one. */
export function* acceptOn(listener: number, address: Address, d: Diagnostics): Flow<Channel> {
  if (address.kind === 'udp-listen') {
    const first = yield* call('recvfrom', listener, 1, MSG_PEEK)
    if (isErr(first)) return yield* d.fail(`recvfrom(${listener}): ${first.message}`)
    if (first.addr !== undefined) yield* call('connect', listener, first.addr)
    return socket(listener)
  }
  const accepted = yield* call('accept4', listener, 0)
  if (isErr(accepted)) return yield* d.fail(`accept(${listener}): ${accepted.message}`)
  const local = yield* call('getsockname', accepted.fd)
  yield* d.say('N', `accepting connection from ${addressText(accepted.addr ?? { family: 'unix', path: '' })} on ${addressText(isErr(local) ? undefined : local)}`)
  return socket(accepted.fd)
}
/** UNIX-LISTEN leaves nothing behind. */
export function* forgetListener(address: Address): Flow<void> {
  if (address.kind === 'unix-listen') yield* unlink(address.parameters[0])
}

function* runProgram(c: Crt, address: Address, d: Diagnostics): Flow<Channel> {
  const [text] = address.parameters
  const pair = yield* call('socketpair', 'unix', 'stream|cloexec')
  if (isErr(pair)) return yield* d.fail(`socketpair: ${pair.message}`)
  const [ours, theirs] = pair
  const argv = address.kind === 'system' ? ['/bin/sh', '-c', text] : text.split(/ +/).filter((w) => w !== '')
  const pid = yield* forkChild(c, function* (child) {
    yield* call('dup2', theirs, 0)
    yield* call('dup2', theirs, 1)
    if (address.options.has('stderr')) yield* call('dup2', theirs, 2)
    if (address.options.has('sid')) yield* call('setsid')
    const error: Errno = yield* execvpe(argv[0], address.kind === 'system' ? ['sh', '-c', text] : argv, envStrings(child.env))
    yield* d.say('E', `execvp("${argv[0]}", "${argv[0]}"): ${error.message}`)
    return exit(1)
  })
  yield* close(theirs)
  if (isErr(pid)) return yield* d.fail(`fork(): ${pid.message}`)
  yield* d.say('N', `forking off child, using socket for reading and writing`)
  return socket(ours)
}
function* openFile(path: string, flags: number, d: Diagnostics): Flow<Channel> {
  const fd = yield* open(path, flags, 0o666)
  if (isErr(fd)) return yield* d.fail(`open("${path}", 0${flags.toString(8)}, 0666): ${fd.message}`)
  return { input: fd, output: fd, isSocket: false }
}

export const isListener = ({ kind }: Address): boolean => kind.endsWith('-listen')

/** Everything but listeners. */
export function* openChannel(c: Crt, address: Address, d: Diagnostics): Flow<Channel> {
  const { kind, parameters: [parameter], options } = address
  switch (kind) {
    case 'stdio':
      yield* d.say('N', 'reading from and writing to stdio')
      return { input: 0, output: 1, isSocket: false }
    case 'stdin': return { input: 0, output: 0, isSocket: false }
    case 'stdout': return { input: 1, output: address.keyword === 'STDERR' ? 2 : 1, isSocket: false }
    case 'fd': return { input: Number(parameter), output: Number(parameter), isSocket: false }
    case 'open': return yield* openFile(parameter, (options.has('wronly') ? O_WRONLY : options.has('rdonly') ? 0 : options.has('append') || options.has('creat') ? O_RDWR : 0) | (options.has('creat') ? O_CREAT : 0) | (options.has('append') ? O_APPEND : 0) | (options.has('trunc') ? O_TRUNC : 0), d)
    case 'create': return yield* openFile(parameter, O_WRONLY | O_CREAT | O_TRUNC, d)
    case 'pipe': {
      if (parameter !== undefined) return yield* openFile(parameter, O_RDWR, d)
      const ends = yield* call('pipe2', 0)
      return isErr(ends) ? yield* d.fail(`pipe(): ${ends.message}`) : { input: ends[0], output: ends[1], isSocket: false }
    }
    case 'exec': case 'system': return yield* runProgram(c, address, d)
    case 'tcp': return yield* connectInternet(address, 'tcp', d)
    case 'udp': return yield* connectInternet(address, 'udp', d)
    case 'udp-recv': return socket(yield* listenOn(address, d))
    case 'unix-connect': return yield* connectUnix(parameter, d)
    case 'abstract-connect': return yield* connectUnix(`\0${parameter}`, d)
    default: return yield* d.fail(`unknown device/address "${address.keyword}"`)
  }
}
