// When TCP sends again (RFC 6298 with Linux's bounds, tcp_rtt_estimator) and how much at once (slow start and congestion avoidance, RFC 5681).
// Simpler than Linux: windows grow as Reno's do, though the algorithm is called cubic.
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'

const RTO_MIN = 200 * NSEC_PER_MSEC, RTO_MAX = 120 * NSEC_PER_SEC
const RTO_INITIAL = NSEC_PER_SEC
/** The kernel counts in jiffies of 4 ms. */
const JIFFY = 4 * NSEC_PER_MSEC
const INITIAL_WINDOW = 10
const INFINITE_THRESHOLD = 0x7fffffff

export class RetransmitTimeout {
  /** Smoothed round-trip time, its variation and the least seen, in nanoseconds; 0 before the first sample. */
  srtt = 0
  rttvar = 0
  minRtt = 0
  backoff = 0

  sample(rtt: number): void {
    if (this.srtt === 0) {
      this.srtt = rtt
      this.rttvar = rtt / 2
      this.minRtt = rtt
    } else {
      this.rttvar += (Math.abs(this.srtt - rtt) - this.rttvar) / 4
      this.srtt += (rtt - this.srtt) / 8
      this.minRtt = Math.min(this.minRtt, rtt)
    }
    this.backoff = 0
  }
  /** Before it is doubled for each loss in a row. */
  get base(): number {
    return this.srtt === 0 ? RTO_INITIAL : Math.ceil((this.srtt + Math.max(4 * this.rttvar, RTO_MIN)) / JIFFY) * JIFFY
  }
  get current(): number {
    return Math.min(this.base * 2 ** this.backoff, RTO_MAX)
  }
}

/** In segments. */
export class CongestionWindow {
  size = INITIAL_WINDOW
  threshold = INFINITE_THRESHOLD
  #partial = 0

  onAck(segments: number, isLimited: boolean): void {
    if (!isLimited) return
    if (this.size < this.threshold) {
      this.size += segments
      return
    }
    this.#partial += segments
    while (this.#partial >= this.size) {
      this.#partial -= this.size
      this.size++
    }
  }
  onFastRetransmit(inFlight: number): void {
    this.threshold = Math.max(2, Math.floor(inFlight * 0.7))
    this.size = this.threshold
  }
  onTimeout(inFlight: number): void {
    this.threshold = Math.max(2, Math.floor(inFlight * 0.7))
    this.size = 1
  }
}
