// The five places where netfilter may look at a packet (nf_hook, include/uapi/linux/netfilter.h). Each network namespace has its own functions; connection
// tracking, NAT and the firewall's chains register here, the stack calls `run` and knows nothing of them.
import type { IpVersion } from '../../lib/ip.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket } from './packet.ts'
import type { Socket } from './socket.ts'

export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

export interface HookContext {
  readonly hook: HookName
  /** May be replaced (NAT, MARK). The stack routes again when the destination or the mark of an outgoing packet changed. */
  packet: IpPacket
  readonly input: NetDevice | undefined
  readonly output: NetDevice | undefined
  /** The ports of a bridge it came in and goes out by, where br_netfilter asks. */
  readonly physicalInput?: NetDevice
  readonly physicalOutput?: NetDevice
  /** Who sends it: known in OUTPUT and POSTROUTING for what this machine sends (`-m owner`). */
  readonly socket?: Socket
  /** A hook that doesn't accept says why, as the end of “dropped: …”. */
  reason?: string
  /** Which rule or policy accepted it last. */
  acceptedBy?: string
}
/** accept: go on. drop: it ends here (a local sender gets EPERM). stolen: somebody has taken it (queued, answered by REJECT). */
export type Verdict = 'accept' | 'drop' | 'stolen'
export type HookFunction = (context: HookContext) => Verdict

interface Entry { readonly priority: number; readonly run: HookFunction }

export class Hooks {
  readonly #functions = new Map<string, readonly Entry[]>()
  #count = 0

  /**
   * Functions run by rising priority (NF_IP_PRI_…: conntrack -200, mangle -150, dstnat -100, filter 0, srcnat 100, conntrack confirm at the end); of equal ones the
   * first registered runs first. Answers the undoing.
   */
  register(family: IpVersion, hook: HookName, priority: number, run: HookFunction): () => void {
    const key = `${family} ${hook}`
    const entry: Entry = { priority, run }
    this.#count++
    this.#functions.set(key, [...(this.#functions.get(key) ?? []), entry].sort((a, b) => a.priority - b.priority))
    return () => {
      this.#count--
      this.#functions.set(key, (this.#functions.get(key) ?? []).filter((other) => other !== entry))
    }
  }
  isEmpty(family: IpVersion, hook: HookName): boolean {
    return this.#count === 0 || (this.#functions.get(`${family} ${hook}`)?.length ?? 0) === 0
  }
  run(context: HookContext): Verdict {
    for (const { run } of this.#functions.get(`${context.packet.family} ${context.hook}`) ?? []) {
      const verdict = run(context)
      if (verdict !== 'accept') return verdict
    }
    return 'accept'
  }
}
