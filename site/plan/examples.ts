// The drawings of the page "How to read the floor plan": hand-made Worlds, drawn by the same code as a real machine's.
import type { World } from '../../simulator/machine/world.ts'
import type { ProcessSketch } from './world-for-tests.ts'
import { HOST_NET, sketchWorld } from './world-for-tests.ts'

export interface Example { readonly id: string; readonly heading: string; readonly words: string; readonly world: World; readonly selected?: number }

const HOST: readonly ProcessSketch[] = [{ pid: 1, argv: 'init' }, { pid: 698, argv: 'bash', uid: 1000, tty: 'pts/0' }]
const NETS = [4026532301, 4026532302] as const
const UTS = 4026532201, PID = 4026532202, MNT = 4026532203, PID2 = 4026532204, MNT2 = 4026532205, USER = 4026532206, NET = 4026532207

export const EXAMPLES: readonly Example[] = [
  {
    id: 'bare', heading: 'A bare host', words: 'The outer wall is the kernel. Its processes with their numbers, their mounts on the shelf, one socket in the wall.',
    world: sketchWorld(HOST),
  },
  {
    id: 'name', heading: 'A name of its own', words: 'One line type in the wall, one namespace. This room has its own hostname and shares the rest.', selected: 3421,
    world: sketchWorld([...HOST, { pid: 3421, argv: 'bash', ns: { uts: UTS }, tty: 'pts/0' }], [{ id: UTS, type: 'uts', hostname: 'web1' }]),
  },
  {
    id: 'numbers', heading: 'Numbers inside numbers',
    words: 'A plate has one cell for each level, the innermost first, the host last. The host sees into every room. Nobody sees out.',
    world: sketchWorld([
      ...HOST, { pid: 3421, pids: [3421, 1], argv: 'bash', ns: { pid: PID, mnt: MNT } }, { pid: 3429, pids: [3429, 6], argv: 'sleep 90', ns: { pid: PID, mnt: MNT } },
      { pid: 3430, pids: [3430, 7, 1], argv: 'bash', ns: { pid: PID2, mnt: MNT2 } }, { pid: 3431, pids: [3431, 8, 2], argv: 'sleep 300', ns: { pid: PID2, mnt: MNT2 } },
    ], [
      { id: PID, type: 'pid' }, { id: MNT, type: 'mnt', mounts: [['/proc', 'proc']] }, { id: PID2, type: 'pid', parent: PID }, { id: MNT2, type: 'mnt', mounts: [['/proc', 'proc'], ['/proc', 'proc']] },
    ]),
  },
  {
    id: 'disguise', heading: 'The disguise at the door', words: 'Two rulers on the two sides of one wall. Id 0 inside is id 100000 outside, and so on for 65 536 ids.', selected: 3421,
    world: sketchWorld([
      ...HOST, { pid: 3421, pids: [3421, 1], argv: 'bash', uid: 100000, uidInside: 0, ns: { user: USER, pid: PID, mnt: MNT } },
      { pid: 3428, pids: [3428, 7], argv: 'nginx', uid: 100033, uidInside: 33, ns: { user: USER, pid: PID, mnt: MNT } },
    ], [
      { id: USER, type: 'user', uidMap: [{ inside: 0, outside: 100000, count: 65536 }] }, { id: PID, type: 'pid' }, { id: MNT, type: 'mnt', mounts: [['/proc', 'proc'], ['/srv', 'tmpfs', 'ro']] },
    ]),
  },
  {
    id: 'held', heading: 'A room that stands empty', words: 'Nobody lives here, but something holds it: the line says what. A namespace goes when its last holder lets go.',
    world: sketchWorld(HOST, [{ id: NET, type: 'net', mountedAt: ['/run/netns/blue'], holders: { 'bind-mount': 1 } }]),
  },
  {
    id: 'two', heading: 'Two neighbours', words: 'A room takes the lowest free place when it is born and keeps it. An empty place is a fact: nobody lives there yet.',
    world: sketchWorld([
      ...HOST, { pid: 3421, argv: 'bash', ns: { uts: UTS }, tty: 'pts/0' }, { pid: 3502, pids: [3502, 1], argv: 'sleep 300', ns: { pid: PID2, mnt: MNT2 } },
    ], [{ id: UTS, type: 'uts', hostname: 'web1' }, { id: PID2, type: 'pid' }, { id: MNT2, type: 'mnt', mounts: [['/proc', 'proc']] }]),
  },
  {
    id: 'cables', heading: 'Cables and gates', words: 'A cable is a veth pair: it ends in two triangles. A bridge lies on the floor. Two short bars are a gate: a place where the kernel’s firewall judges what comes by.',
    world: sketchWorld([...HOST, { pid: 5120, argv: 'nginx', ns: { net: NETS[0] } }, { pid: 5188, argv: 'postgres', ns: { net: NETS[1] } }], [
      { id: NETS[0], type: 'net', mountedAt: ['/run/netns/web'], links: [{ index: 2, name: 'eth0', kind: 'veth', address: '172.18.0.2', peer: { netns: HOST_NET, index: 6 } }] },
      { id: NETS[1], type: 'net', mountedAt: ['/run/netns/db'], links: [{ index: 2, name: 'eth0', kind: 'veth', address: '172.18.0.3', peer: { netns: HOST_NET, index: 7 } }] },
    ], [
      { index: 5, name: 'br-shop', kind: 'bridge', address: '172.18.0.1' }, { index: 6, name: 'veth1a', kind: 'veth', master: 'br-shop', peer: { netns: NETS[0], index: 2 } },
      { index: 7, name: 'veth2b', kind: 'veth', master: 'br-shop', peer: { netns: NETS[1], index: 2 } },
    ], { [HOST_NET]: [
      { family: 'ip', table: 'filter', chain: 'FORWARD', hook: 'forward', priority: 0, policy: 'drop', rules: 2 },
      { family: 'ip', table: 'nat', chain: 'POSTROUTING', hook: 'postrouting', priority: 100, policy: 'accept', rules: 1 },
    ] }),
  },
]
