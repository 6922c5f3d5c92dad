// One TCP connection (RFC 9293, tcp_input.c, tcp_output.c) as a state machine: segments, bytes and times go in, segments come out. It knows neither sockets nor
// clocks nor routes: whoever owns it passes the time (nanoseconds), sends what `takeOutput` gives, and calls `tick` at `deadline`.
// Simpler than Linux: no SACK blocks, no ECN, no urgent data, data are acknowledged at once; only the answer to a FIN waits for what may go with it.
import { Errno } from '../../abi/errno.ts'
import type { TcpState } from '../../abi/tcp.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { NSEC_PER_MSEC } from '../clock.ts'
import { type Tcp, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, type TcpOptions } from './packet.ts'
import { TcpSender } from './tcp-sender.ts'
import { ReceiveQueue, seqAdd, seqDiff } from './tcp-sequence.ts'
import type { TcpSettings } from './tcp-settings.ts'
import { ReceiveWindow } from './tcp-window.ts'

export const TIME_WAIT_NS = 60_000 * NSEC_PER_MSEC
const DELAYED_ACK = 40 * NSEC_PER_MSEC
const DEFAULT_MSS = 536
const TIMESTAMP_BYTES = 12

const SYNCHRONIZED: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'])
const MAY_SEND: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'])
const MAY_RECEIVE: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'])

export class TcpConnection {
  readonly settings: TcpSettings
  state: TcpState = 'CLOSED'
  /** Why it ended, until somebody has been told (SO_ERROR); and what ICMP said meanwhile, which becomes it when time runs out. */
  error: Errno | undefined
  softError: Errno | undefined
  /** The peer's FIN has come: no bytes follow those in the queue. */
  isPeerDone = false
  /** The application has let go of it. */
  isOrphan = false
  readonly sender: TcpSender
  readonly received = new ReceiveQueue(0)
  hasTimestamps = false
  hasSack = false
  hasWindowScaling = false
  peerWindowShift = 0
  windowShift = 0
  readonly counts = { segsOut: 0, segsIn: 0, bytesReceived: 0, dataSegsOut: 0, dataSegsIn: 0, bytesSent: 0, lastSend: 0, lastReceive: 0, lastAck: 0 }
  #output: Tcp[] = []
  #isPassive = false
  readonly #window: ReceiveWindow
  #lastTimestamp = 0
  #finSeq: number | undefined
  #windowSeq = 0
  #windowAck = 0
  #ackDeadline: number | undefined
  /** End of TIME-WAIT, or of an orphan's FIN-WAIT-2. */
  #endDeadline: number | undefined
  #needsAck = false

  constructor(settings: TcpSettings) {
    this.settings = settings
    this.sender = new TcpSender(settings.initialSequence)
    this.#window = new ReceiveWindow(settings.receiveSpace, settings.mss)
  }

  /** When `tick` wants to be called next. */
  get deadline(): number | undefined {
    let first: number | undefined
    for (const at of [this.sender.deadline, this.#ackDeadline, this.#endDeadline]) if (at !== undefined && (first === undefined || at < first)) first = at
    return first
  }
  /** What /proc/net/tcp and ss tell of timers: which, until when. */
  get timer(): { readonly kind: 'on' | 'persist' | 'timewait'; readonly at: number } | undefined {
    if (this.#endDeadline !== undefined) return { kind: 'timewait', at: this.#endDeadline }
    if (this.sender.deadline === undefined) return undefined
    return { kind: this.sender.inFlight > 0 ? 'on' : 'persist', at: this.sender.deadline }
  }
  takeOutput(): readonly Tcp[] {
    const output = this.#output
    this.#output = []
    return output
  }
  get isSynchronized(): boolean {
    return SYNCHRONIZED.has(this.state)
  }
  get readable(): number {
    return this.received.ready.length
  }
  get writable(): number {
    return this.state === 'ESTABLISHED' || this.state === 'CLOSE-WAIT' ? Math.max(0, this.settings.sendSpace - this.sender.queued) : 0
  }

  // What the application does

  connect(now: number): void {
    this.state = 'SYN-SENT'
    this.#startCounting(now)
    this.#sendSyn(now)
  }
  #startCounting(now: number): void {
    this.counts.lastSend = this.counts.lastReceive = this.counts.lastAck = now
  }
  /** Answers a SYN: the connection starts in SYN-RECV. */
  accept(syn: Tcp, now: number): void {
    this.#isPassive = true
    this.state = 'SYN-RECV'
    this.#startCounting(now)
    this.#learn(syn)
    this.#sendSyn(now)
  }
  /** Takes as much as there is room for. */
  write(data: Uint8Array, now: number): number {
    const part = data.subarray(0, this.writable)
    this.sender.push(part.slice())
    this.#flush(now)
    return part.length
  }
  read(count: number, now: number): Uint8Array {
    const data = this.received.ready.take(count)
    if (data.length > 0 && this.isSynchronized && !this.isPeerDone) this.#maybeAnnounceWindow(now)
    return data
  }
  /** shutdown(SHUT_WR): no more bytes from us. */
  finish(now: number): void {
    if (this.state === 'SYN-RECV' || this.state === 'ESTABLISHED') this.state = 'FIN-WAIT-1'
    else if (this.state === 'CLOSE-WAIT') this.state = 'LAST-ACK'
    else return
    this.sender.queueFin()
    this.#flush(now)
  }
  /** close(2): with bytes nobody has read the peer gets a reset. */
  release(now: number): void {
    this.isOrphan = true
    if (this.state === 'TIME-WAIT') return
    if (this.state === 'SYN-SENT') this.#end(undefined)
    else if (this.received.ready.length > 0) this.abort(now)
    else this.finish(now)
    if (this.state === 'FIN-WAIT-2') this.#endDeadline = now + this.settings.finTimeout
  }
  /** Ends it with a reset. */
  abort(now: number): void {
    if ((this.isSynchronized && this.state !== 'TIME-WAIT') || this.state === 'SYN-RECV') this.#emit({ seq: this.sender.max, flags: TCP_RST | TCP_ACK, data: EMPTY_BYTES, options: {} }, now)
    this.#end(undefined)
  }
  /** An ICMP error about one of our segments: final while connecting, remembered afterwards. */
  refuse(errno: Errno): void {
    if (this.state === 'SYN-SENT') this.#end(errno)
    else if (this.state === 'SYN-RECV' && this.#isPassive) this.softError = errno
    else this.softError = errno
  }
  /** The path takes less than was thought (ICMP fragmentation needed). */
  limitMss(mss: number, now: number): void {
    if (mss >= this.sender.mssLimit) return
    this.sender.mssLimit = mss
    this.sender.next = this.isSynchronized ? this.sender.una : this.sender.next
    this.#flush(now)
  }

  // Time

  tick(now: number): void {
    if (this.#endDeadline !== undefined && now >= this.#endDeadline) {
      this.#end(undefined)
      return
    }
    if (this.#ackDeadline !== undefined && now >= this.#ackDeadline) this.#sendAck(now)
    if (this.sender.deadline === undefined || now < this.sender.deadline) return
    if (this.sender.retries >= this.#retryLimit()) {
      this.#end(this.softError ?? Errno.ETIMEDOUT)
      return
    }
    const kind = this.sender.onTimeout(now)
    if (!this.isSynchronized) this.#sendSyn(now)
    else if (kind === 'probe') this.#emit({ seq: seqAdd(this.sender.una, -1), flags: TCP_ACK, data: EMPTY_BYTES, options: this.#options(now) }, now)
    else this.#flush(now)
  }
  #retryLimit(): number {
    const { settings } = this
    if (this.state === 'SYN-SENT') return settings.synRetries
    if (this.state === 'SYN-RECV') return settings.synAckRetries
    return this.isOrphan ? settings.orphanRetries : settings.retries
  }

  // What the network brings

  receive(segment: Tcp, now: number): void {
    this.counts.segsIn++
    if (this.state === 'SYN-SENT') this.#receiveInSynSent(segment, now)
    else if (this.state !== 'CLOSED') this.#receiveSynchronized(segment, now)
    if (this.state !== 'CLOSED') this.#flush(now)
  }

  #receiveInSynSent(segment: Tcp, now: number): void {
    const hasAck = (segment.flags & TCP_ACK) !== 0
    const isOurs = hasAck && seqDiff(segment.ack, this.sender.una) > 0 && seqDiff(segment.ack, this.sender.max) <= 0
    if (hasAck && !isOurs) {
      if ((segment.flags & TCP_RST) === 0) this.#emit({ seq: segment.ack, flags: TCP_RST, data: EMPTY_BYTES, options: {} }, now)
      return
    }
    if ((segment.flags & TCP_RST) !== 0) {
      if (isOurs) this.#end(Errno.ECONNREFUSED)
      return
    }
    if ((segment.flags & TCP_SYN) === 0) return
    this.#learn(segment)
    if (!hasAck) {
      this.state = 'SYN-RECV'
      this.#sendSyn(now)
      return
    }
    this.sender.onAck(segment.ack, false, now)
    this.sender.setWindow(segment.window)
    this.#windowSeq = segment.seq
    this.#windowAck = segment.ack
    this.state = 'ESTABLISHED'
    this.counts.lastAck = now
    this.#sendAck(now)
  }

  #receiveSynchronized(segment: Tcp, now: number): void {
    if (!this.#isAcceptable(segment)) {
      if ((segment.flags & TCP_RST) !== 0) return
      if (this.state === 'TIME-WAIT') this.#endDeadline = now + TIME_WAIT_NS
      if (this.state === 'SYN-RECV' && (segment.flags & TCP_SYN) !== 0) this.#sendSyn(now)
      else this.#sendAck(now)
      if (this.isSynchronized) this.#takeAck(segment, now)
      return
    }
    if (segment.options.timestamps !== undefined) this.#lastTimestamp = segment.options.timestamps[0]
    if ((segment.flags & TCP_RST) !== 0) {
      if (segment.seq === this.received.next) this.#onReset()
      else this.#sendAck(now)
      return
    }
    if ((segment.flags & TCP_SYN) !== 0) {
      this.#sendAck(now)
      return
    }
    if ((segment.flags & TCP_ACK) === 0 || !this.#takeAck(segment, now)) return
    this.#takeData(segment, now)
  }
  /** RFC 9293 3.4: some of it lies in the window. */
  #isAcceptable({ seq, data, flags }: Tcp): boolean {
    const length = data.length + ((flags & TCP_FIN) === 0 ? 0 : 1)
    const offset = seqDiff(seq, this.received.next)
    const window = this.#window.room(this.received.next)
    if (offset > window) return false
    return length === 0 ? offset >= 0 : offset + length > 0
  }
  #onReset(): void {
    if (this.state === 'SYN-RECV') this.#end(this.#isPassive ? undefined : Errno.ECONNREFUSED)
    else if (this.state === 'TIME-WAIT' || this.state === 'LAST-ACK' || this.state === 'CLOSING') this.#end(undefined)
    else this.#end(this.state === 'CLOSE-WAIT' ? Errno.EPIPE : Errno.ECONNRESET)
  }

  /** Answers whether the rest of the segment counts. */
  #takeAck(segment: Tcp, now: number): boolean {
    if ((segment.flags & TCP_ACK) === 0) return false
    const { sender } = this
    const isTooNew = seqDiff(segment.ack, sender.max) > 0
    if (this.state === 'SYN-RECV') {
      if (isTooNew || seqDiff(segment.ack, sender.una) <= 0) {
        this.#emit({ seq: segment.ack, flags: TCP_RST, data: EMPTY_BYTES, options: {} }, now)
        return false
      }
      this.state = 'ESTABLISHED'
    } else if (isTooNew) {
      this.#sendAck(now)
      return false
    }
    const window = segment.window << this.peerWindowShift
    const isPlain = segment.data.length === 0 && (segment.flags & TCP_FIN) === 0 && window === sender.window
    this.counts.lastAck = now
    sender.onAck(segment.ack, isPlain, now)
    const isNewer = seqDiff(segment.seq, this.#windowSeq) > 0 || (segment.seq === this.#windowSeq && seqDiff(segment.ack, this.#windowAck) >= 0)
    if (isNewer || sender.maxWindow === 0) {
      sender.setWindow(window)
      this.#windowSeq = segment.seq
      this.#windowAck = segment.ack
      sender.onWindowUpdate()
    }
    if (sender.isFinAcked) this.#onFinAcked(now)
    return this.state !== 'CLOSED'
  }
  #onFinAcked(now: number): void {
    if (this.state === 'FIN-WAIT-1') {
      this.state = 'FIN-WAIT-2'
      if (this.isOrphan) this.#endDeadline = now + this.settings.finTimeout
    } else if (this.state === 'CLOSING') this.#startTimeWait(now)
    else if (this.state === 'LAST-ACK') this.#end(undefined)
  }

  #takeData(segment: Tcp, now: number): void {
    const { seq, data, flags } = segment
    if (data.length > 0 && MAY_RECEIVE.has(this.state)) {
      this.counts.dataSegsIn++
      if (this.isOrphan && seqDiff(seqAdd(seq, data.length), this.received.next) > 0) {
        this.abort(now)
        return
      }
      this.counts.bytesReceived += this.received.insert(seq, data, this.#window.room(this.received.next))
      this.counts.lastReceive = now
      this.#needsAck = true
    }
    if ((flags & TCP_FIN) !== 0) this.#finSeq ??= seqAdd(seq, data.length)
    if (this.#finSeq !== undefined && this.#finSeq === this.received.next && !this.isPeerDone) this.#onFin(now)
    else if (this.isPeerDone && (data.length > 0 || (flags & TCP_FIN) !== 0)) this.#needsAck = true
  }
  #onFin(now: number): void {
    this.isPeerDone = true
    this.received.next = seqAdd(this.received.next, 1)
    if (this.state === 'ESTABLISHED') {
      this.state = 'CLOSE-WAIT'
      this.#needsAck = false
      this.#ackDeadline = now + DELAYED_ACK
      return
    }
    this.#needsAck = true
    if (this.state === 'FIN-WAIT-1') this.state = 'CLOSING'
    else if (this.state === 'FIN-WAIT-2') this.#startTimeWait(now)
  }
  #startTimeWait(now: number): void {
    this.state = 'TIME-WAIT'
    this.sender.stop()
    this.#endDeadline = now + TIME_WAIT_NS
  }

  // What goes out

  /** The peer's first segment: its numbers and what it can do. */
  #learn(syn: Tcp): void {
    const { options } = syn
    const { settings, sender } = this
    this.received.next = seqAdd(syn.seq, 1)
    this.hasTimestamps = settings.timestamps && options.timestamps !== undefined
    this.hasSack = settings.sack && options.sackPermitted === true
    this.hasWindowScaling = settings.windowScaling && options.windowScale !== undefined
    this.peerWindowShift = this.hasWindowScaling ? Math.min(options.windowScale ?? 0, 14) : 0
    this.windowShift = this.hasWindowScaling ? settings.windowScale : 0
    this.#lastTimestamp = options.timestamps?.[0] ?? 0
    sender.mssLimit = Math.min(options.mss ?? DEFAULT_MSS, settings.mss) - (this.hasTimestamps ? TIMESTAMP_BYTES : 0)
    sender.setWindow(syn.window)
    this.#windowSeq = syn.seq
    this.#window.start(this.received.next, this.#initialWindow())
  }
  #initialWindow(): number {
    return this.#window.initial(this.state === 'SYN-SENT' || !this.hasTimestamps ? 0 : TIMESTAMP_BYTES)
  }
  #sendSyn(now: number): void {
    const { settings, sender } = this
    const isAnswer = this.state === 'SYN-RECV'
    const options: TcpOptions = {
      mss: settings.mss,
      ...((isAnswer ? this.hasSack : settings.sack) ? { sackPermitted: true } : {}),
      ...((isAnswer ? this.hasTimestamps : settings.timestamps) ? { timestamps: [this.#timestamp(now), isAnswer ? this.#lastTimestamp : 0] as const } : {}),
      ...((isAnswer ? this.hasWindowScaling : settings.windowScaling) ? { windowScale: settings.windowScale } : {}),
    }
    sender.sentSyn(now)
    this.#emit({ seq: sender.una, flags: isAnswer ? TCP_SYN | TCP_ACK : TCP_SYN, data: EMPTY_BYTES, options, window: this.#initialWindow() }, now)
  }
  #timestamp(now: number): number {
    return (Math.floor(now / NSEC_PER_MSEC) + this.settings.initialSequence) >>> 0
  }
  #options(now: number): TcpOptions {
    return this.hasTimestamps ? { timestamps: [this.#timestamp(now), this.#lastTimestamp] } : {}
  }
  #emit({ seq, flags, data, options, window }: Pick<Tcp, 'seq' | 'flags' | 'data' | 'options'> & { readonly window?: number }, now: number): void {
    const { sport, dport } = this.settings
    const hasAck = (flags & TCP_ACK) !== 0
    if (hasAck && (flags & TCP_RST) === 0) {
      this.#needsAck = false
      this.#ackDeadline = undefined
    }
    this.counts.segsOut++
    this.counts.lastSend = now
    this.#output.push({ kind: 'tcp', sport, dport, seq, ack: hasAck ? this.received.next : 0, flags, window: (flags & TCP_RST) !== 0 ? 0 : (window ?? this.#window.select(this.received.next, this.received.ready.length, this.windowShift)), options, data })
  }
  #sendAck(now: number): void {
    this.#emit({ seq: this.sender.max, flags: TCP_ACK, data: EMPTY_BYTES, options: this.#options(now) }, now)
  }
  #maybeAnnounceWindow(now: number): void {
    if (this.#window.isWorthTelling(this.received.next, this.received.ready.length)) this.#sendAck(now)
  }
  /** Sends what may be sent, and the acknowledgement if nothing took it along. */
  #flush(now: number): void {
    if (MAY_SEND.has(this.state)) {
      for (const { seq, data, fin, push } of this.sender.ready(now)) {
        if (data.length > 0) {
          this.counts.dataSegsOut++
          this.counts.bytesSent += data.length
        }
        this.#emit({ seq, flags: TCP_ACK | (fin ? TCP_FIN : 0) | (push ? TCP_PSH : 0), data, options: this.#options(now) }, now)
      }
    }
    if (this.#needsAck) this.#sendAck(now)
  }

  #end(error: Errno | undefined): void {
    this.state = 'CLOSED'
    this.error = error
    this.sender.stop()
    this.#ackDeadline = this.#endDeadline = undefined
    this.#needsAck = false
    if (this.isOrphan) this.received.clear()
  }
}
