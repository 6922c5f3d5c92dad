// Sending at the right times and reading what comes (pinger, schedule_exit, main_loop of ping_common.c).
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { type InetMessage, MSG_DONTWAIT } from '../../../abi/inet-message.ts'
import { SIGALRM, SIGINT, SIGQUIT } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction } from '../../libc/unistd.ts'
import { MIN_INTERVAL, MIN_USER_INTERVAL, monotonic, type PingProtocol, type PingState } from './state.ts'
import { finish, status } from './statistics.ts'

const NSEC_PER_MSEC = 1e6
const POLLIN = 1, POLLERR = 8
const atLeast = (ms: number): number => Math.max(ms, MIN_INTERVAL)

/** Checks that need the options and the user, and what both protocols set (setup). Answers an exit status if it won't do. */
export function* setUp(state: PingState, protocol: PingProtocol): Flow<number | undefined> {
  const { fd } = protocol
  if (state.uid !== 0 && state.interval < MIN_USER_INTERVAL) {
    yield* state.complain(`cannot flood; minimal interval allowed for user is ${MIN_USER_INTERVAL}ms`)
    return 2
  }
  if (state.options.mark !== undefined) {
    const marked = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_MARK', state.options.mark)
    if (isErr(marked)) yield* state.complain(`WARNING: failed to set mark: ${state.options.mark}`, marked)
  }
  yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_TIMESTAMP', 1)
  yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_RCVTIMEO', atLeast(state.interval) / 1000)
  if (state.options.ident !== undefined) state.ident = state.options.ident
  else if (protocol.isRaw) {
    const pid = yield* call('getpid')
    state.ident = isErr(pid) ? 1 : pid & 0xffff
  }
  const stop = function* onStop(): Flow<void> {
    state.isExiting = true
  }
  yield* sigaction(SIGINT, stop)
  yield* sigaction(SIGALRM, stop)
  yield* sigaction(SIGQUIT, function* onQuit(): Flow<void> {
    state.wantsStatus = true
  })
  state.start = yield* monotonic()
  if (state.options.deadline > 0) yield* call('alarm', state.options.deadline)
  return undefined
}

/** Sends the next packet if it is time. Answers in how many milliseconds to come again. */
function* pinger(state: PingState, protocol: PingProtocol): Flow<number> {
  const { count, deadline, preload } = state.options
  if (state.isExiting || (count > 0 && state.transmitted >= count && deadline === 0)) return 1000
  const now = yield* monotonic()
  if (state.current === 0) {
    state.current = now
    state.tokens = state.interval * (preload - 1)
  } else {
    let tokens = Math.floor((now - state.current) / NSEC_PER_MSEC)
    if (state.interval === 0 && tokens < MIN_INTERVAL && state.inFlight >= preload) return MIN_INTERVAL - tokens
    tokens = Math.min(tokens + state.tokens, state.interval * preload)
    if (tokens < state.interval) return state.interval - tokens
    state.current = now
    state.tokens = tokens - state.interval
  }
  if (state.has('O') && state.transmitted > 0 && !state.wasSeen(state.transmitted)) {
    yield* state.timestamp()
    yield* state.c.stdout.write(`no answer yet for icmp_seq=${state.transmitted % 65536}\n`)
    yield* state.c.stdout.flush()
  }
  let failure = yield* protocol.sendProbe()
  if (failure === undefined) {
    state.advance()
    if (!state.has('q') && state.has('f') && state.inFlight < state.screenWidth) yield* call('write', 1, Uint8Array.of(46))
    return state.interval - state.tokens
  }
  if (failure === E.EAGAIN) {
    state.tokens += state.interval
    return MIN_INTERVAL
  }
  let bad = yield* protocol.receiveError()
  while (bad === 'foreign') {
    failure = yield* protocol.sendProbe()
    if (failure === undefined) {
      state.advance()
      return state.interval - state.tokens
    }
    bad = yield* protocol.receiveError()
  }
  state.advance()
  if (bad >= 0 && !state.has('q')) {
    if (state.has('f')) yield* call('write', 1, Uint8Array.of(69))
    else yield* state.complain('sendmsg', failure)
  }
  state.tokens = 0
  return atLeast(state.interval)
}

/** After the last packet ping waits for the answer for a while: twice the longest round trip, or -W. */
function* scheduleExit(state: PingState, next: number, timer: { isSet: boolean }): Flow<number> {
  const { count, deadline, linger } = state.options
  if (count === 0 || state.transmitted < count || deadline > 0 || timer.isSet) return next
  timer.isSet = true
  const wait = state.received > 0 ? Math.max((2 * state.tmax) / 1000, state.interval) : linger
  yield* call('alarm', Math.max(wait, 0.001) / 1000)
  return Math.max(next, Math.floor(wait))
}

/** Reads until nothing is left or nothing is out. `blocking`: waits for the first one (SO_RCVTIMEO). */
function* readReplies(state: PingState, protocol: PingProtocol, blocking: boolean, hasError: boolean): Flow<void> {
  let flags = blocking ? 0 : MSG_DONTWAIT
  let readsErrors = hasError
  for (;;) {
    const message = yield* call('recvmsg', protocol.fd, flags)
    flags = MSG_DONTWAIT
    if (isErr(message)) {
      if ((message === E.EAGAIN && !readsErrors) || message === E.EINTR) return
      readsErrors = false
      if ((yield* protocol.receiveError()) === 0) {
        yield* state.complain('recvmsg', message)
        return
      }
    } else yield* protocol.parseReply(message as InetMessage)
    if (state.inFlight === 0) return
  }
}

export function* mainLoop(state: PingState, protocol: PingProtocol): Flow<number> {
  const { count, deadline } = state.options
  const timer = { isSet: false }
  for (;;) {
    if (state.isExiting || (count > 0 && state.received + state.errors >= count) || (deadline > 0 && state.errors > 0)) break
    if (state.wantsStatus) yield* status(state)
    let next: number
    do next = yield* scheduleExit(state, yield* pinger(state, protocol), timer)
    while (next <= 0)
    let blocking = true
    let hasError = false
    if (state.has('A') || next < atLeast(state.interval)) {
      if (next <= MIN_INTERVAL && state.inFlight > 0) next = MIN_INTERVAL
      if (state.has('A') || state.interval > 0) {
        const ready = yield* call('poll', [{ fd: protocol.fd, events: POLLIN }], next)
        if (isErr(ready) || (ready[0] & (POLLIN | POLLERR)) === 0) continue
        blocking = false
        hasError = (ready[0] & POLLERR) !== 0
      }
    }
    yield* readReplies(state, protocol, blocking, hasError)
  }
  return yield* finish(state)
}
