import { describe, expect, it } from 'vitest'
import { changes, freshProcesses, withDemolished } from './changes.ts'
import { drawPlan } from './draw.ts'
import { EXAMPLES } from './examples.ts'
import { furnish } from './furnish.ts'
import { outline } from './outline.ts'
import type { PlanRoom } from './room.ts'
import { eachRoom } from './room.ts'
import type { Shape } from './shapes.ts'
import { common, drawFolded, scaleFor } from './scales.ts'
import { advance, openBook } from './slots.ts'
import type { ProcessSketch } from './world-for-tests.ts'
import { sketchWorld } from './world-for-tests.ts'

const HOST: readonly ProcessSketch[] = [{ pid: 1, argv: 'init' }, { pid: 10, argv: 'bash', uid: 1000, tty: 'pts/0' }]
const NOTHING = { rooms: new Set<string>(), processes: new Set<number>() }
const tree = (room: PlanRoom): unknown => [room.title, room.walls.join(' '), ...room.rooms.map(tree)]
const plan = (world: Parameters<typeof openBook>[0]): PlanRoom => furnish(world, openBook(world))

function* texts(shapes: readonly Shape[]): Generator<Extract<Shape, { kind: 'text' }>> {
  for (const shape of shapes) {
    if (shape.kind === 'text') yield shape
    else if (shape.kind === 'group') yield* texts(shape.shapes)
  }
}

describe('which rooms there are', () => {
  it('draws a process with a namespace of its own in a room with that wall', () => {
    const world = sketchWorld([...HOST, { pid: 20, argv: 'bash', ns: { uts: 101 } }], [{ id: 101, type: 'uts', hostname: 'web1' }])
    expect(tree(plan(world))).toEqual(['host', '', ['web1', 'uts']])
  })

  it('encloses a PID room in the mount room that its parent shares with it (unshare --pid --fork --mount-proc)', () => {
    const world = sketchWorld([...HOST, { pid: 20, argv: 'unshare', ns: { mnt: 101 } }, { pid: 21, pids: [21, 1], argv: 'bash', ns: { mnt: 101, pid: 102 } }],
      [{ id: 101, type: 'mnt', mounts: [['/proc', 'proc']] }, { id: 102, type: 'pid' }])
    expect(tree(plan(world))).toEqual(['host', '', ['room 1', 'mnt', ['room 2', 'pid']]])
  })

  it('puts a nested PID namespace into the room of its parent, each with its own mounts', () => {
    const world = sketchWorld([...HOST, { pid: 20, pids: [20, 1], argv: 'bash', ns: { pid: 101, mnt: 102 } }, { pid: 30, pids: [30, 5, 1], argv: 'bash', ns: { pid: 103, mnt: 104 } }],
      [{ id: 101, type: 'pid' }, { id: 102, type: 'mnt' }, { id: 103, type: 'pid', parent: 101 }, { id: 104, type: 'mnt' }])
    expect(tree(plan(world))).toEqual(['host', '', ['room 1', 'pid mnt', ['room 2', 'pid mnt']]])
  })

  it('draws one enclosure round rooms that share a network (a pod)', () => {
    const world = sketchWorld([...HOST, { pid: 20, argv: 'pause', ns: { net: 101 } }, { pid: 21, pids: [21, 1], argv: 'web', ns: { net: 101, pid: 102 } }, { pid: 22, pids: [22, 1], argv: 'side', ns: { net: 101, pid: 103 } }],
      [{ id: 101, type: 'net' }, { id: 102, type: 'pid' }, { id: 103, type: 'pid' }])
    expect(tree(plan(world))).toEqual(['host', '', ['room 1', 'net', ['room 2', 'pid'], ['room 3', 'pid']]])
  })

  it('keeps an empty room that something holds, and says what', () => {
    const world = sketchWorld(HOST, [{ id: 101, type: 'net', mountedAt: ['/run/netns/blue'], holders: { 'bind-mount': 1 } }])
    expect(plan(world).rooms[0]).toMatchObject({ title: 'blue', note: 'held by: bind mount /run/netns/blue' })
  })
})

describe('where they stand', () => {
  const room = (pid: number, id: number): ProcessSketch => ({ pid, argv: 'bash', ns: { uts: id } })
  const uts = (id: number) => ({ id, type: 'uts' as const, hostname: `n${id}` })

  it('leaves a slot empty until the next birth and never moves a neighbour', () => {
    const two = sketchWorld([...HOST, room(20, 101), room(21, 102)], [uts(101), uts(102)])
    const one = sketchWorld([...HOST, room(21, 102)], [uts(102)])
    const again = sketchWorld([...HOST, room(21, 102), room(22, 103)], [uts(102), uts(103)])
    let book = openBook(two)
    const at = (world: typeof two): Record<string, number | undefined> => {
      book = advance(book, world)
      const host = furnish(world, book)
      const drawing = drawPlan(host, 860)
      return Object.fromEntries(host.rooms.map(each => [each.title, drawing.boxes.get(each.id)?.x]))
    }
    const first = at(two), second = at(one), third = at(again)
    expect(second['n102']).toBe(first['n102'])
    expect(third).toEqual({ n103: first['n101'], n102: first['n102'] })
  })

  it('numbers rooms by birth and never reuses a number', () => {
    const first = sketchWorld([...HOST, { pid: 20, argv: 'bash', ns: { ipc: 101 } }], [{ id: 101, type: 'ipc' }])
    const second = sketchWorld([...HOST, { pid: 21, argv: 'bash', ns: { ipc: 102 } }], [{ id: 102, type: 'ipc' }])
    const book = advance(openBook(first), second)
    expect(furnish(second, book).rooms[0]?.title).toBe('room 2')
  })
})

describe('the drawing', () => {
  for (const { id, world } of EXAMPLES) {
    for (const width of [320, 500, 860]) {
      it(`${id} at ${width}: same world, same picture; rooms inside rooms; no text beyond the sheet`, () => {
        const host = plan(world)
        const drawing = drawPlan(host, width)
        expect(drawPlan(plan(structuredClone(world)), width)).toEqual(drawing)
        const check = (room: PlanRoom): void => {
          const outer = drawing.boxes.get(room.id)
          for (const inner of room.rooms) {
            const box = drawing.boxes.get(inner.id)
            expect(outer && box && box.x > outer.x && box.y > outer.y && box.x + box.w < outer.x + outer.w && box.y + box.h < outer.y + outer.h).toBe(true)
            check(inner)
          }
        }
        check(host)
        for (const text of texts(drawing.shapes)) {
          expect(text.x).toBeGreaterThanOrEqual(0)
          expect(text.x).toBeLessThanOrEqual(width)
          expect(text.y).toBeLessThanOrEqual(drawing.height)
        }
        for (const box of drawing.boxes.values()) expect([box.x, box.y, box.w, box.h].every(Number.isInteger)).toBe(true)
      })
    }
  }

  it('says everything in words that it draws: every room, process, mount and socket once', () => {
    for (const { world } of EXAMPLES) {
      const host = plan(world)
      const ids = outline(host, NOTHING).map(item => item.id)
      const things = [...eachRoom(host)].flatMap(room => [room.id, ...room.processes.map(process => `p${process.pid}`), ...room.mounts.map((_, i) => `${room.id} m${i}`), ...room.sockets.map((_, i) => `${room.id} n${i}`)])
      expect(ids).toEqual(expect.arrayContaining(things))
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  it('folds a crowd to the first four and those the step brought', () => {
    const crowd = Array.from({ length: 20 }, (_, i) => ({ pid: 100 + i, argv: 'sleep 300' }))
    const world = sketchWorld([...HOST, ...crowd])
    const host = furnish(world, openBook(world))
    expect(host.processes).toHaveLength(4)
    expect(host.moreProcesses).toBe(18)
  })
})

describe('many rooms', () => {
  const crowd = (count: number) => {
    const ids = Array.from({ length: count }, (_, i) => 1000 + i)
    return plan(sketchWorld([...HOST, ...ids.map((id, i) => ({ pid: 100 + i, argv: 'sleep 300', ns: i === 3 ? { ipc: id } : { uts: id } }))],
      ids.map((id, i) => i === 3 ? { id, type: 'ipc' as const } : { id, type: 'uts' as const, hostname: `n${i}` })))
  }

  it('chooses the scale by their number', () => {
    expect([4, 5, 60, 61].map(count => scaleFor(crowd(count)))).toEqual(['detail', 'plan', 'plan', 'site'])
  })

  it('says once what most have in common', () => {
    expect(common(crowd(9))).toEqual(['uts'])
  })

  it('gives every room a place of its own on both scales', () => {
    for (const scale of ['plan', 'site'] as const) {
      for (const width of [320, 860]) {
        const { boxes } = drawFolded(crowd(70), width, scale)
        expect(new Set([...boxes.values()].map(box => `${box.x} ${box.y}`)).size).toBe(71)
      }
    }
  })

  it('marks a namespace that cannot be nested as a portal with the same letter at both ends', () => {
    const host = plan(sketchWorld([
      ...HOST, { pid: 20, argv: 'a', ns: { net: 101 } }, { pid: 21, pids: [21, 1], argv: 'b', ns: { net: 101, pid: 103 } }, { pid: 22, pids: [22, 2], argv: 'c', ns: { pid: 103, uts: 104 } },
    ], [{ id: 101, type: 'net' }, { id: 103, type: 'pid' }, { id: 104, type: 'uts', hostname: 'x' }]))
    const letters = [...eachRoom(host)].flatMap(room => room.portals.map(portal => portal.letter + portal.type))
    expect(letters).toEqual(['anet', 'anet'])
  })
})

describe('what a step changed', () => {
  it('tells a new room with its walls and numbers, and keeps a demolished one for one step', () => {
    const before = sketchWorld(HOST)
    const after = sketchWorld([...HOST, { pid: 20, pids: [20, 1], argv: 'bash', ns: { pid: 101, mnt: 102 } }], [{ id: 101, type: 'pid' }, { id: 102, type: 'mnt', mounts: [['/proc', 'proc']] }])
    const start = openBook(before), book = advance(start, after), later = advance(book, before)
    const [empty, built] = [furnish(before, start), furnish(after, book)]
    const change = changes(before, empty, after, built)
    expect(change.sentence).toBe('room 1, own pid and mount; bash is 1 inside, 20 outside')
    expect([...freshProcesses(before, after)]).toEqual([20])
    const gone = withDemolished(built, furnish(before, later), 3)
    expect(gone.rooms[0]).toMatchObject({ title: 'room 1', state: 'gone', meta: 'gone in step 3' })
  })

  it('tells a change of name', () => {
    const named = (hostname: string) => sketchWorld([...HOST, { pid: 20, argv: 'bash', ns: { uts: 101 } }], [{ id: 101, type: 'uts', hostname }])
    const before = named('host'), after = named('web1')
    const book = openBook(before)
    expect(changes(before, furnish(before, book), after, furnish(after, book)).sentence).toBe('room 1 is now web1')
  })
})
