// A QEMU machine of this computer's own, without the service: for the command line's `--machine qemu`. It ends with this process.
import type { AgentPort } from '../agent/agent-client.ts'
import { type MachineSource, RealMachine } from '../agent/real-machine.ts'
import { lacksForMachines } from './confinement.ts'
import type { MachineHandle } from './driver.ts'
import { findServerImage, type ServerImage } from './image.ts'
import type { OpenVmOptions } from './options.ts'
import { ProcessDriver } from './process-driver.ts'
import { streamPort } from './stream-port.ts'

/** Why there can be no QEMU machine here, and how to get one, in words; undefined if there can. */
export function lacksForQemu(): string | undefined {
  const image = findServerImage()
  return lacksForMachines() ?? (typeof image === 'string' ? image : undefined)
}

/** @throws {Error} with words for the user: what is missing and how to get it */
export async function openLocalQemu({ docker = false, setup = '', terminals = [], listeners }: OpenVmOptions = {}): Promise<RealMachine> {
  const machine = new RealMachine(localQemuSource(docker), listeners)
  try {
    await machine.start({ setup, terminals })
    return machine
  } catch (error) {
    machine.close()
    throw error
  }
}

/** The machine without a lesson: a guest's agent, and the way back to its pristine state. */
export function localQemuSource(docker = false): MachineSource {
  const lacks = lacksForMachines()
  const image = findServerImage()
  if (lacks !== undefined || typeof image === 'string') throw new Error(lacks ?? String(image))
  return new LocalSource(image, docker)
}

class LocalSource implements MachineSource {
  readonly kind = 'qemu-vm'
  readonly #driver: ProcessDriver
  readonly #docker: boolean
  #machine: MachineHandle | undefined

  constructor(image: ServerImage, docker: boolean) {
    this.#driver = new ProcessDriver(image)
    this.#docker = docker
  }

  async connect(): Promise<AgentPort> {
    if (this.#machine !== undefined) throw new Error('The machine has ended. A reset brings a fresh one.')
    return this.restore()
  }

  async restore(): Promise<AgentPort> {
    await this.#machine?.stop()
    this.#machine = await this.#driver.start({ docker: this.#docker })
    await this.#machine.run()
    return streamPort(this.#machine.port)
  }

  dispose(): void {
    void this.#driver.close()
  }
}
