// Runs at build time only: the machine as it stands at the start of a lesson, or after its solution, for the pictures that need no JavaScript.
import { bootMachine } from '../simulator/machine/machine.ts'
import type { World } from '../simulator/machine/world.ts'

/** A fresh host with the terminals open and the shells at their prompts. */
export function startWorld(setup = '', terminals: readonly { readonly user: string }[] = [{ user: 'learner' }]): World {
  const machine = bootMachine({ seed: 1 })
  if (setup !== '') machine.runScript(setup, { user: 'root' })
  for (const { user } of terminals) {
    machine.openTerminal({ user, rows: 24, cols: 80 })
    machine.run({ maxSteps: 200_000 })
  }
  return machine.world()
}
