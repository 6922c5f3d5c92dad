// The simulated machine with every program on board: for Node, tests and whoever need not count bytes.
import { dockerOnBoard } from '../images/containers/on-board.ts'
import { hostImage, IMAGE_TIME } from '../images/host.ts'
import { IMAGE_PACKAGES } from '../images/image-packages.ts'
import { ALL_PACKAGES, programsById } from '../images/packages.ts'
import type { BootOptions, SimulatedMachine } from './contract.ts'
import { bootMachineFrom, type MachineParts } from './simulated-machine.ts'

const PARTS: MachineParts = {
  image: hostImage(ALL_PACKAGES),
  programs: programsById([...ALL_PACKAGES, ...IMAGE_PACKAGES]),
  dockerStore: (images) => dockerOnBoard(images, IMAGE_TIME),
}

/** Boots the Debian host and lets it come to rest. */
export function bootMachine(options: BootOptions = {}): SimulatedMachine {
  return bootMachineFrom(PARTS, options)
}
