// The ways of packets, told stop by stop: from the process that sent them through devices, bridges and netfilter's hooks to where they arrived or were dropped.
// Made of the event stream alone, so the plan's packet stepper, its words, and `isolab trace` tell the same story.
import type { KernelEvent } from '../../simulator/trace/emitter.ts'

export type StopKind = 'send' | 'wait' | 'out' | 'in' | 'bridge' | 'hook' | 'forward' | 'arrive' | 'drop'

/** One place on a packet's way. */
export interface Stop {
  readonly kind: StopKind
  /** Inode number of the network namespace, and the device there; '' without one. */
  readonly netns: number
  readonly device: string
  /** Who sent it: on the first stop, if a process did. */
  readonly pid?: number
  /** A device, a hook, a program. */
  readonly title: string
  /** What happened there, a sentence. */
  readonly text: string
  /** A hook's or a drop's judgement, in a word or two. */
  readonly verdict?: string
  /** Its header as it left this stop. */
  readonly header: PacketHeader
}
export interface PacketHeader { readonly from: string; readonly to: string; readonly ttl?: number; readonly length?: number }

export interface Journey {
  readonly packet: number
  /** `ICMP echo request`, `TCP SYN 40000 → 80`, `ARP who has 10.0.0.2` */
  readonly what: string
  readonly from: string
  readonly to: string
  readonly outcome: 'arrived' | 'dropped' | 'left the machine' | 'under way'
  readonly stops: readonly Stop[]
}

/** What went over the wires of a step. `leftOut`: how many packets more there were. */
export interface PacketStory { readonly journeys: readonly Journey[]; readonly leftOut: number }

export const MOST_JOURNEYS = 100
const MOST_STOPS = 60

const KINDS: Readonly<Record<string, StopKind>> = {
  'packet.send': 'send', 'packet.wait': 'wait', 'packet.xmit': 'out', 'packet.receive': 'in', 'packet.bridge': 'bridge', 'packet.hook': 'hook', 'packet.forward': 'forward', 'packet.deliver': 'arrive', 'packet.drop': 'drop',
}
const LAYERS: Readonly<Record<string, string>> = {
  device: 'the device', bridge: 'the bridge', neighbour: 'the neighbour table', route: 'the routing decision', ip: 'the IP layer', netfilter: 'the firewall', transport: 'the receiving protocol', socket: 'the receiving socket',
}

type Data = KernelEvent['data']
const text = (value: unknown): string => (value === undefined ? '' : String(value))
const article = (what: string): string => (/^[aeiou]/i.test(what) ? `an ${what}` : `a ${what}`)
/** The kernel's own questions and answers, whoever made it ask. */
export const isAboutAddresses = (what: string): boolean => /^(ARP|neighbour|router)/.test(what)
const ending = (reason: string): string => (reason.endsWith('.') ? reason : `${reason}.`)

function header(data: Data): PacketHeader {
  return {
    from: text(data.newFrom ?? data.from), to: text(data.newTo ?? data.to),
    ...(typeof data.ttl === 'number' ? { ttl: data.ttl } : {}), ...(typeof data.length === 'number' ? { length: data.length } : {}),
  }
}

function hookWords(data: Data): { readonly text: string; readonly verdict: string } {
  if (data.verdict === 'drop') return { text: ending(`It ends here: ${text(data.reason)}`), verdict: 'drop' }
  if (data.verdict === 'stolen') return { text: ending(text(data.reason) === '' ? 'Netfilter has taken it' : `It ends here: ${text(data.reason)}`), verdict: 'refused' }
  const isSource = data.newFrom !== undefined && data.newFrom !== data.from
  if (isSource) return { text: `From ${text(data.from)} becomes ${text(data.newFrom)}.`, verdict: 'source rewritten' }
  if (data.newTo !== undefined && data.newTo !== data.to) return { text: `To ${text(data.to)} becomes ${text(data.newTo)}.`, verdict: 'destination rewritten' }
  return { text: data.reason === undefined ? 'Nothing here objects.' : ending(`Accepted by ${text(data.reason)}`), verdict: 'accept' }
}

function sentWords(data: Data, sender: string, device: string): string {
  const [, asked] = /^ARP who has (.*)/.exec(text(data.what)) ?? []
  if (asked !== undefined) return `The kernel asks everybody behind ${device}: who has ${asked}?`
  const [, told] = /^ARP reply (.*)/.exec(text(data.what)) ?? []
  if (told !== undefined) return `The kernel answers: ${told}.`
  return `${sender === 'kernel' ? 'The kernel' : 'The program'} sends ${article(text(data.what))} to ${text(data.to)}${device === '' ? '' : `. The route says: by ${device}`}.`
}

function stopOf(kind: StopKind, { tid, data }: KernelEvent, sender: string): Stop {
  const device = text(data.device)
  const place = { kind, netns: Number(data.netns), device, header: header(data) }
  switch (kind) {
    case 'send': return { ...place, ...(sender === 'kernel' ? {} : { pid: tid }), title: sender, text: sentWords(data, sender, device) }
    case 'wait': return { ...place, title: device, text: `It waits here: nobody knows the MAC address of ${text(data.for)} yet.` }
    case 'out': return { ...place, title: device, text: `Out of ${device}.` }
    case 'in': return { ...place, title: device, text: `In at ${device}.` }
    case 'bridge': return { ...place, title: device, text: data.isFlood === true ? ending(text(data.out) === '' ? 'The bridge has no other port for it' : `The bridge doesn’t know where its receiver is, or it is for everybody: out of every other port, ${text(data.out)}`) : `The bridge has seen its receiver behind ${text(data.out)}: out there.` }
    case 'hook': return { ...place, title: text(data.hook), ...hookWords(data) }
    case 'forward': return { ...place, title: 'router', text: `Not for this machine: passed on by ${text(data.out)}, with one less to live.` }
    case 'arrive': return { ...place, title: device === '' ? 'arrived' : device, text: 'It has arrived.', verdict: 'arrived' }
    case 'drop': return { ...place, title: device === '' ? 'dropped' : device, text: ending(`Dropped by ${LAYERS[text(data.layer)] ?? text(data.layer)}: ${text(data.reason)}`), verdict: 'dropped' }
  }
}

/** Every packet of `events` in the order they set out. `nameOf` knows processes that ran before the first event. */
export function journeys(events: readonly KernelEvent[], nameOf: (pid: number) => string | undefined = () => undefined): PacketStory {
  const names = new Map<number, string>()
  const found = new Map<number, { readonly first: KernelEvent; readonly stops: Stop[]; outcome: Journey['outcome'] }>()
  const others = new Set<number>()
  for (const event of events) {
    if (event.name === 'task.exec') names.set(event.tid, text(Array.isArray(event.data.argv) ? event.data.argv[0] : event.data.comm).replace(/^.*\//, ''))
    const kind = KINDS[event.name]
    if (kind === undefined) continue
    const packet = Number(event.data.packet)
    let journey = found.get(packet)
    if (journey === undefined) {
      if (found.size >= MOST_JOURNEYS) {
        others.add(packet)
        continue
      }
      found.set(packet, journey = { first: event, stops: [], outcome: 'under way' })
    }
    if (kind === 'arrive') journey.outcome = 'arrived'
    // A hook that drops has said so itself; a copy that a bridge sent to others and they dropped is no news once the packet has arrived.
    const isSaid = kind === 'drop' && (event.data.layer === 'netfilter' || journey.outcome === 'arrived')
    if (kind === 'drop' && journey.outcome !== 'arrived') journey.outcome = 'dropped'
    if (!isSaid && journey.stops.length < MOST_STOPS) journey.stops.push(stopOf(kind, event, event.tid > 0 && !isAboutAddresses(text(event.data.what)) ? (names.get(event.tid) ?? nameOf(event.tid) ?? 'program') : 'kernel'))
  }
  return {
    journeys: [...found].map(([packet, { first, stops, outcome }]) => {
      const hasLeft = outcome === 'under way' && stops.at(-1)?.kind === 'out' && stops.length < MOST_STOPS
      return { packet, what: text(first.data.what), from: text(first.data.from), to: text(first.data.to), outcome: hasLeft ? 'left the machine' : outcome, stops }
    }),
    leftOut: others.size,
  }
}
