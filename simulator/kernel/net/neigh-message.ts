// An entry of a neighbour table as RTM_NEWNEIGH tells it (neigh_fill_info in net/core/neighbour.c).
import { type Neighbour as NeighbourMessage, NTF_EXT_LEARNED, NTF_ROUTER, NUD_DELAY, NUD_NOARP, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE } from '../../abi/netlink.ts'
import { formatIp } from '../../lib/ip.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import type { Neighbour } from './neighbour.ts'

/** States in which the address may be used at once. */
export const NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY

/** `state`: the one to tell where it isn't the entry's own. */
export function neighbourMessage(n: Neighbour, state = n.state): NeighbourMessage {
  const since = (time: number): number => Math.floor((n.device.ns.kernel.clock.now - time) / NSEC_PER_SEC)
  return {
    family: n.family, index: n.device.index, dst: formatIp(n.family, n.address), lladdr: (state & NUD_VALID) !== 0 ? n.lladdr : undefined, state,
    flags: (n.isRouter ? NTF_ROUTER : 0) | (n.isExternal ? NTF_EXT_LEARNED : 0), protocol: n.protocol,
    age: { used: since(n.used), confirmed: since(n.confirmed), updated: since(n.updated), refs: (state & (NUD_REACHABLE | NUD_DELAY | NUD_PROBE)) !== 0 ? 1 : 0 }, probes: n.probes,
  }
}
