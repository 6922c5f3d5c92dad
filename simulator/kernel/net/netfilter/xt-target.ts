// Targets of x_tables (net/netfilter/xt_*.c, ipt_REJECT.c) and what they share with nf_tables' own expressions: NAT, marks, logs, answers.
import type { XtTarget } from '../../../abi/xtables.ts'
import type { Verdict } from '../hooks.ts'
import { payloadLength, type Tcp, tcpOptionsLength } from '../packet.ts'
import type { Connection } from './connection.ts'
import type { View } from './load.ts'
import { isNatDone, type Manip, masqueradeAddress, type NatChoice, redirectAddress, setupNat } from './nat.ts'
import { logPacket } from './nf-log.ts'
import { rejectNamed } from './reject.ts'

/** undefined: go on with the next rule. */
export type TargetVerdict = Verdict | undefined

/** The first packet of a connection is bound; the packet itself is changed when all NAT chains have been asked. */
export function bindNat(view: View, manip: Manip, choice: NatChoice): TargetVerdict {
  const connection = view.packet.nfct?.connection
  if (connection === undefined || isNatDone(connection, manip)) return 'accept'
  setupNat(view.net, view.net.netfilter.conntrack, connection, manip, choice)
  return 'accept'
}
export function masquerade(view: View, ports: NatChoice['ports'], random: boolean): TargetVerdict {
  const address = masqueradeAddress(view.net, view.context)
  if (address === undefined) {
    view.context.reason = `${view.context.output?.name ?? 'the device'} has no address to masquerade with`
    return 'drop'
  }
  return bindNat(view, 'source', { min: address, max: address, ports, random })
}
export function redirect(view: View, ports: NatChoice['ports'], random: boolean): TargetVerdict {
  const address = redirectAddress(view.context)
  if (address === undefined) {
    view.context.reason = 'there is no address to redirect to'
    return 'drop'
  }
  return bindNat(view, 'destination', { min: address, max: address, ports, random })
}

export function setMark(view: View, mark: number): void {
  view.context.packet = { ...view.packet, mark: mark >>> 0 }
}
const masked = (before: number, clear: number, bits: number): number => ((before & ~clear) ^ bits) >>> 0

function connmark(view: View, t: Extract<XtTarget, { readonly name: 'CONNMARK' }>, connection: Connection): void {
  if (t.mode === 'set') connection.mark = masked(connection.mark, t.ctmask, t.ctmark)
  else if (t.mode === 'save') connection.mark = masked(connection.mark, t.ctmask, view.packet.mark & t.nfmask)
  else setMark(view, masked(view.packet.mark, t.nfmask, connection.mark & t.ctmask))
}

/** Writes the maximum segment size into a SYN that has one, never a larger one where it is clamped. */
export function setMss(view: View, mss: number): void {
  const { packet, context } = view
  if (packet.payload.kind !== 'tcp' || (packet.payload.flags & 2) === 0) return
  const header = packet.family === 'inet' ? 40 : 60
  const wanted = mss < 0 ? (context.output?.mtu ?? 1500) - header : mss
  const before = packet.payload.options.mss
  if (before !== undefined && before <= wanted) return
  if (before === undefined && payloadLength(packet) > 20 + tcpOptionsLength(packet.payload.options)) return
  const payload: Tcp = { ...packet.payload, options: { ...packet.payload.options, mss: wanted } }
  context.packet = { ...packet, payload }
}

export function runTarget(t: XtTarget, view: View): TargetVerdict {
  const { context, net } = view
  switch (t.name) {
    case 'REJECT':
      rejectNamed(net, context, t.with)
      return 'drop'
    case 'LOG':
      logPacket(net, context, t.prefix, t.level, t.flags)
      return undefined
    case 'SNAT': return bindNat(view, 'source', { min: t.min, max: t.max, ports: t.ports, random: t.random || t.fullyRandom })
    case 'DNAT': return bindNat(view, 'destination', { min: t.min, max: t.max, ports: t.ports, random: t.random || t.fullyRandom })
    case 'MASQUERADE': return masquerade(view, t.ports, t.random || t.fullyRandom)
    case 'REDIRECT': return redirect(view, t.ports, t.random || t.fullyRandom)
    case 'NETMAP': {
      const manip: Manip = context.hook === 'PREROUTING' || context.hook === 'OUTPUT' ? 'destination' : 'source'
      const old = manip === 'source' ? view.packet.source : view.packet.destination
      const address = ((t.min ?? 0n) & (t.max ?? 0n)) | (old & ~(t.max ?? 0n) & ((1n << (view.packet.family === 'inet' ? 32n : 128n)) - 1n))
      return bindNat(view, manip, { min: address, max: address, ports: undefined, random: false })
    }
    case 'MARK':
      setMark(view, masked(view.packet.mark, t.mark.mask, t.mark.value))
      return undefined
    case 'CONNMARK': {
      const connection = view.packet.nfct?.connection
      if (connection !== undefined) connmark(view, t, connection)
      return undefined
    }
    case 'TCPMSS':
      setMss(view, t.mss)
      return undefined
    case 'CT':
      net.netfilter.conntrack.setUntracked(context)
      return undefined
    case 'TTL':
    case 'HL': {
      const ttl = t.op === 'set' ? t.value : t.op === 'dec' ? Math.max(0, view.packet.ttl - t.value) : Math.min(255, view.packet.ttl + t.value)
      context.packet = { ...view.packet, ttl }
      return undefined
    }
    case 'TRACE': return undefined
  }
}
