import { expect, test } from 'vitest'
import type { KernelEvent } from '../../simulator/trace/emitter.ts'
import { journeys, MOST_JOURNEYS } from './journeys.ts'

const ECHO = { packet: 7, what: 'ICMP echo request', from: '10.0.0.2', to: '10.0.0.1', ttl: 64, length: 84 }
let seq = 0
const event = (name: string, data: KernelEvent['data'], tid = 0): KernelEvent => ({ seq: ++seq, time: 0, tid, cause: 0, name, data })

test('a packet is followed from the program to where it arrives', () => {
  const { journeys: [journey] } = journeys([
    event('task.exec', { argv: ['/usr/bin/ping', '10.0.0.1'] }, 42),
    event('packet.send', { ...ECHO, netns: 1, device: 'eth0' }, 42), event('packet.xmit', { ...ECHO, netns: 1, device: 'eth0' }),
    event('packet.receive', { ...ECHO, netns: 2, device: 'veth1' }), event('packet.hook', { ...ECHO, netns: 2, device: 'veth1', hook: 'PREROUTING', verdict: 'accept' }),
    event('packet.deliver', { ...ECHO, netns: 2, device: 'veth1' }),
  ])
  expect(journey).toMatchObject({ what: 'ICMP echo request', outcome: 'arrived' })
  expect(journey?.stops.map(({ title, kind }) => `${kind} ${title}`)).toEqual(['send ping', 'out eth0', 'in veth1', 'hook PREROUTING', 'arrive veth1'])
  expect(journey?.stops[0]).toMatchObject({ pid: 42, text: 'The program sends an ICMP echo request to 10.0.0.1. The route says: by eth0.' })
})

test('a hook that rewrites shows the header it leaves behind', () => {
  const { journeys: [journey] } = journeys([event('packet.hook', { ...ECHO, netns: 2, device: 'eth0', hook: 'POSTROUTING', verdict: 'accept', newFrom: '10.0.2.15', newTo: '10.0.0.1' })])
  expect(journey?.stops[0]).toMatchObject({ text: 'From 10.0.0.2 becomes 10.0.2.15.', verdict: 'source rewritten', header: { from: '10.0.2.15', to: '10.0.0.1', ttl: 64 } })
})

test('who dropped it, and why, is said once', () => {
  const reason = 'rule 3 of FORWARD (iptables filter)'
  const { journeys: [journey] } = journeys([
    event('packet.hook', { ...ECHO, netns: 2, device: 'br0', hook: 'FORWARD', verdict: 'drop', reason }), event('packet.drop', { ...ECHO, netns: 2, device: 'br0', layer: 'netfilter', reason }),
  ])
  expect(journey).toMatchObject({ outcome: 'dropped', stops: [{ verdict: 'drop', text: `It ends here: ${reason}.` }] })
})

test('copies that a bridge sent to others don’t hide that a packet has arrived', () => {
  const { journeys: [journey] } = journeys([
    event('packet.deliver', { ...ECHO, netns: 2, device: 'eth0' }), event('packet.drop', { ...ECHO, netns: 3, device: 'eth0', layer: 'device', reason: 'its MAC address is another station’s' }),
  ])
  expect(journey).toMatchObject({ outcome: 'arrived' })
  expect(journey?.stops).toHaveLength(1)
})

test('a flood is cut, and says by how much', () => {
  const story = journeys(Array.from({ length: MOST_JOURNEYS + 20 }, (_, i) => event('packet.send', { ...ECHO, packet: i, netns: 1, device: 'lo' })))
  expect(story.journeys).toHaveLength(MOST_JOURNEYS)
  expect(story.leftOut).toBe(20)
})
