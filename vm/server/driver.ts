// Who starts machines: QEMU as a child of this process (process-driver.ts) now; one Pod per machine through the Kubernetes API is designed in vm/README.md.
// The service above knows nothing of QEMU.
import type { Duplex } from 'node:stream'

export interface MachineSpec {
  /** With the Docker daemon running. */
  readonly docker: boolean
}

export interface MachineHandle {
  readonly id: string
  /** The byte stream to the guest agent; frames of vm/agent/protocol.ts. */
  readonly port: Duplex
  readonly alive: boolean
  /** Until this is called a machine is warm: at its start, and costs no CPU time. */
  run(): Promise<void>
  /** Bytes of the host's memory that this machine alone holds. */
  memory(): number
  /** Calls back once when the machine is gone, for whatever reason. */
  onExit(gone: (reason: string) => void): void
  /** Ends the machine and everything it left behind. */
  stop(): Promise<void>
}

export interface MachineDriver {
  /** What the administrator should know: accelerator, confinement, what could not be had. One line each. */
  readonly about: readonly string[]
  /** Starts a machine and leaves it warm. */
  start(spec: MachineSpec): Promise<MachineHandle>
  /** Stops every machine. */
  close(): Promise<void>
}
