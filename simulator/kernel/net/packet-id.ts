// Numbers by which events follow a packet through the machine; one count per machine.
import type { Kernel } from '../kernel.ts'
import { Room } from '../rooms.ts'

const PACKET_ID = new Room<{ value: number }>('packet-id')

export function nextPacketId(kernel: Kernel): number {
  return ++kernel.rooms.open(PACKET_ID, () => ({ value: 0 })).value
}
