// The other end of the machine's network cable: a router at 10.0.2.2 that answers to its name (ARP) and to ping, as QEMU's user network does, and
// nothing else: there is no way out of the page.

const ROUTER_MAC = [0x52, 0x55, 0x0a, 0x00, 0x02, 0x02] as const
/** 10.0.2.2 is the router, 10.0.2.3 its name server. */
const ADDRESSES: readonly string[] = ['10.0.2.2', '10.0.2.3']
const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_ARP = 0x0806
const ICMP = 1
const ECHO_REQUEST = 8

export class Gateway {
  readonly #send: (frame: Uint8Array) => void

  constructor(send: (frame: Uint8Array) => void) {
    this.#send = send
  }

  /** An Ethernet frame from the machine. */
  receive(frame: Uint8Array): void {
    if (frame.length < 42) return
    const type = u16(frame, 12)
    if (type === ETHERTYPE_ARP && u16(frame, 20) === 1 && ADDRESSES.includes(address(frame, 38))) this.#answerArp(frame)
    else if (type === ETHERTYPE_IPV4 && frame[23] === ICMP && ADDRESSES.includes(address(frame, 30)) && (u16(frame, 20) & 0x3fff) === 0) this.#answerPing(frame)
  }

  #answerArp(question: Uint8Array): void {
    const answer = question.slice(0, 42)
    answer.copyWithin(0, 6, 12)
    answer.set(ROUTER_MAC, 6)
    answer[21] = 2
    answer.set(ROUTER_MAC, 22)
    answer.set(question.subarray(38, 42), 28)
    answer.set(question.subarray(22, 32), 32)
    this.#send(answer)
  }

  #answerPing(question: Uint8Array): void {
    const head = 14 + ((question[14] ?? 0) & 0xf) * 4
    if (question[head] !== ECHO_REQUEST) return
    const answer = question.slice()
    answer.copyWithin(0, 6, 12)
    answer.set(ROUTER_MAC, 6)
    answer.set(question.subarray(30, 34), 26)
    answer.set(question.subarray(26, 30), 30)
    // The sums stay right: addresses change places, and the type goes from 8 to 0, which the ICMP sum takes up (RFC 1624).
    answer[head] = 0
    const sum = u16(question, head + 2) + (ECHO_REQUEST << 8)
    const folded = (sum & 0xffff) + (sum >> 16)
    answer[head + 2] = folded >> 8
    answer[head + 3] = folded & 0xff
    this.#send(answer)
  }
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const address = (bytes: Uint8Array, at: number): string => bytes.subarray(at, at + 4).join('.')
