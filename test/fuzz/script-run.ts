// Runs a random script on the full machine and then ends everything that it started.
import { SIGKILL } from '../../simulator/abi/signal.ts'
import type { Kernel } from '../../simulator/kernel/kernel.ts'
import { umountTree } from '../../simulator/kernel/mount/mount-detach.ts'
import { sendSignal } from '../../simulator/kernel/signal-send.ts'
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { KernelEvent } from '../../simulator/trace/emitter.ts'
import type { SimulatedMachine } from '../../simulator/machine/contract.ts'

const MOST_STEPS = 30_000

/** The façade hides the kernel; a fuzzer looks behind it. */
const kernelOf = (machine: SimulatedMachine): Kernel => (machine as SimulatedMachine & { readonly kernel: Kernel }).kernel

export interface Outcome { readonly kernel: Kernel; readonly output: string; readonly status: number }

/** `listen` hears every event. */
export function runRandomScript(script: string, user: string, listen?: (event: KernelEvent) => void, maxSteps = MOST_STEPS): Outcome {
  const machine = bootMachine()
  const kernel = kernelOf(machine)
  if (listen !== undefined) kernel.trace.listeners.add(listen)
  const mounted = new Set(kernel.initTask?.nsproxy.mnt.mounts)
  // Its standard input is empty: else what reads it would eat the script.
  const { output, status } = machine.runScript(`bash -c '${script.replaceAll("'", `'\\''`)}' < /dev/null`, { user, maxSteps })
  endAll(machine, kernel)
  for (const mount of [...(kernel.initTask?.nsproxy.mnt.mounts ?? [])].reverse()) if (!mounted.has(mount) && mount.ns !== undefined) umountTree(mount, {})
  return { kernel, output: new TextDecoder().decode(output), status }
}

/** Kills every process but init, until there is none. */
function endAll(machine: SimulatedMachine, kernel: Kernel): void {
  for (let round = 0; round < 20; round++) {
    const others = [...kernel.tasks.values()].filter((task) => !task.isKernelThread && task !== kernel.initTask)
    if (others.length === 0) return
    for (const task of others) sendSignal(kernel, task, SIGKILL)
    machine.run({ maxSteps: 100_000, until: machine.now + 1e9 })
  }
}
