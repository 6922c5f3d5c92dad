// The simulated machine with every program on board: for Node, tests and whoever need not count bytes.
import { hostImage } from '../images/host.ts'
import { ALL_PACKAGES, programsById } from '../images/packages.ts'
import type { BootOptions, SimulatedMachine } from './contract.ts'
import { bootMachineFrom } from './simulated-machine.ts'

const PARTS = { image: hostImage(ALL_PACKAGES), programs: programsById(ALL_PACKAGES) }

/** Boots the Debian host and lets it come to rest. */
export function bootMachine(options: BootOptions = {}): SimulatedMachine {
  return bootMachineFrom(PARTS, options)
}
