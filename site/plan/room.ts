// What stands on a floor plan: a tree of rooms with their contents, ready to be measured, drawn, or said in words.
import type { NsType } from '../../simulator/abi/sched.ts'
import type { NsId, WorldIdRange } from '../../simulator/machine/world.ts'

export interface PlanProcess {
  /** PID on the host: its identity. */
  readonly pid: number
  /** Innermost number first, the host's last. */
  readonly numbers: readonly number[]
  readonly name: string
  /** `root 0 → 100000` or a user's name; only where it matters. */
  readonly who?: string
  /** Inside and outside user differ. */
  readonly isMapped: boolean
  /** The process that the terminal in use runs. */
  readonly isSelected: boolean
  readonly isNew: boolean
}

export interface PlanMount { readonly path: string; readonly label: string; readonly isReadOnly: boolean; readonly isOwn: boolean }
/** A namespace that a room far away shares: both ends carry the same letter. */
export interface PlanPortal { readonly letter: string; readonly type: NsType; readonly to: string }
/** An interface in the wall. `id` is deviceId(); `words` say where its cable goes, empty without one. */
export interface PlanSocket { readonly id: string; readonly name: string; readonly label: string; readonly words: string }
/** A bar on the floor; `ports` counts all of them. */
export interface PlanBridge { readonly id: string; readonly name: string; readonly label: string; readonly ports: number }
/** The near end of a cable into a room further in: on a bridge, or free on the floor. */
export interface PlanEnd { readonly id: string; readonly name: string; readonly label: string; readonly words: string; readonly bridge?: string }
/** A netfilter hook with something to say. `id` is gateId(). */
export interface PlanGate { readonly id: string; readonly hook: string; readonly words: string }
/** A veth pair. `isOn`: both ends are up. */
export interface PlanCable { readonly from: string; readonly to: string; readonly isOn: boolean }

/** planned: only in the goal picture. gone: demolished in the step shown. */
export type RoomState = 'standing' | 'planned' | 'gone'

export interface PlanRoom {
  /** `host` or `r1`, `r2` … in order of birth. */
  readonly id: string
  readonly isHost: boolean
  readonly state: RoomState
  readonly title: string
  readonly meta: string
  /** Namespaces it has of its own, in wall order, and their ids in the same order. */
  readonly walls: readonly NsType[]
  readonly namespaces: readonly NsId[]
  readonly processes: readonly PlanProcess[]
  /** Processes left out of the drawing because there are too many. */
  readonly moreProcesses: number
  readonly mounts: readonly PlanMount[]
  readonly moreMounts: number
  readonly sockets: readonly PlanSocket[]
  readonly bridges: readonly PlanBridge[]
  readonly ends: readonly PlanEnd[]
  /** Cables drawn on this room's floor: between rooms inside it, or from them to its own ends. */
  readonly cables: readonly PlanCable[]
  readonly gates: readonly PlanGate[]
  readonly portals: readonly PlanPortal[]
  readonly uidMap: readonly WorldIdRange[]
  readonly note: string
  /** Place among its siblings: the lowest free one at birth, kept for life. */
  readonly slot: number
  readonly rooms: readonly PlanRoom[]
}

export function* eachRoom(room: PlanRoom): Generator<PlanRoom> {
  yield room
  for (const inner of room.rooms) yield* eachRoom(inner)
}
