import { describe, expect, it } from 'vitest'
import { drawPlan } from './draw.ts'
import { furnish } from './furnish.ts'
import { outline } from './outline.ts'
import type { PlanRoom } from './room.ts'
import type { Shape } from './shapes.ts'
import { openBook } from './slots.ts'
import { deviceId, gateId } from './wiring.ts'
import type { LinkSketch } from './world-for-tests.ts'
import { HOST_NET, sketchWorld } from './world-for-tests.ts'

const RED = 101, BLUE = 102, WIDE = 860
const HOST = [{ pid: 1, argv: 'init' }]
const plan = (hostLinks: readonly LinkSketch[], red: readonly LinkSketch[], blue: readonly LinkSketch[]): PlanRoom => {
  const held = { holders: { 'bind-mount': 1 } }
  const world = sketchWorld(HOST, [{ id: RED, type: 'net', mountedAt: ['/run/netns/red'], links: red, ...held }, { id: BLUE, type: 'net', mountedAt: ['/run/netns/blue'], links: blue, ...held }], hostLinks)
  return furnish(world, openBook(world))
}
const onBridge = (): PlanRoom => plan(
  [{ index: 5, name: 'br0', kind: 'bridge', address: '10.0.0.1' }, { index: 6, name: 'vr', kind: 'veth', master: 'br0', peer: { netns: RED, index: 2 } }, { index: 7, name: 'vb', kind: 'veth', peer: { netns: BLUE, index: 2 } }],
  [{ index: 2, name: 'eth0', kind: 'veth', address: '10.0.0.2', peer: { netns: HOST_NET, index: 6 } }],
  [{ index: 2, name: 'eth0', kind: 'veth', peer: { netns: HOST_NET, index: 7 } }],
)
function* paths(shapes: readonly Shape[]): Generator<string> {
  for (const shape of shapes) {
    if (shape.kind === 'path' && shape.cls.startsWith('cable')) yield shape.d
    else if (shape.kind === 'group') yield* paths(shape.shapes)
  }
}

describe('cables', () => {
  it('run from the socket of a room to the bridge on the host’s floor, or to a free end', () => {
    const host = onBridge()
    expect(host.bridges).toMatchObject([{ name: 'br0', ports: 1 }])
    expect(host.ends.map(end => [end.name, end.bridge])).toEqual([['vr', deviceId(HOST_NET, 5)], ['vb', undefined]])
    expect(host.cables.map(cable => [cable.from, cable.to])).toEqual([[deviceId(RED, 2), deviceId(HOST_NET, 6)], [deviceId(BLUE, 2), deviceId(HOST_NET, 7)]])
  })

  it('end where the interfaces are drawn', () => {
    const drawing = drawPlan(onBridge(), WIDE)
    const lines = [...paths(drawing.shapes)]
    expect(lines).toHaveLength(2)
    const end = drawing.anchors.get(deviceId(HOST_NET, 6))
    expect(lines.some(line => line.endsWith(`L${end?.x} ${(end?.y ?? 0) + 14}`))).toBe(true)
    expect(drawing.anchors.has(deviceId(RED, 2))).toBe(true)
  })

  it('between two rooms run over the floor around them, once', () => {
    const host = plan([], [{ index: 2, name: 'a', kind: 'veth', peer: { netns: BLUE, index: 2 } }], [{ index: 2, name: 'b', kind: 'veth', peer: { netns: RED, index: 2 } }])
    expect(host.cables).toHaveLength(1)
    expect([...paths(drawPlan(host, WIDE).shapes)]).toHaveLength(1)
    expect([...paths(drawPlan(host, 344).shapes)]).toHaveLength(1)
  })

  it('are told in words with both their ends', () => {
    const words = outline(onBridge(), { rooms: new Set(), processes: new Set() }).map(item => item.text)
    expect(words).toContain('socket `eth0 10.0.0.2`, cable to `vr` on `br0` in host')
    expect(words).toContain('bridge `br0` 10.0.0.1, 1 port')
    expect(words).toContain('cable end `vb`, cable to `eth0` in blue')
  })

  it('lead through a gate for each hook that has rules or drops', () => {
    const world = sketchWorld(HOST, [], [], { [HOST_NET]: [
      { family: 'ip', table: 'filter', chain: 'FORWARD', hook: 'forward', priority: 0, policy: 'drop', rules: 1 },
      { family: 'ip', table: 'nat', chain: 'POSTROUTING', hook: 'postrouting', priority: 100, policy: 'accept', rules: 1 },
      { family: 'ip', table: 'filter', chain: 'INPUT', hook: 'input', priority: 0, policy: 'accept', rules: 0 },
    ] })
    const host = furnish(world, openBook(world))
    expect(host.gates.map(({ hook, words }) => `${hook} ${words}`)).toEqual(['FORWARD filter: policy drop, 1 rule', 'POSTROUTING nat: 1 rule'])
    expect(drawPlan(host, WIDE).anchors.has(gateId(HOST_NET, 'FORWARD'))).toBe(true)
  })

  it('move no room', () => {
    const bare = drawPlan(plan([], [], []), WIDE), wired = drawPlan(onBridge(), WIDE)
    for (const id of ['r1', 'r2']) expect(wired.boxes.get(id)).toEqual(bare.boxes.get(id))
  })
})
