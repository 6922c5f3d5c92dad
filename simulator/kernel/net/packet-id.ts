// Numbers by which events follow a packet through the machine; one count per machine.
import type { Kernel } from '../kernel.ts'

interface Counter { value: number }

export function nextPacketId(kernel: Kernel): number {
  let counter = kernel.rooms.get('packet-id') as Counter | undefined
  if (counter === undefined) kernel.rooms.set('packet-id', (counter = { value: 0 }))
  return ++counter.value
}
