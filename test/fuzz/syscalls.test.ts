// Random system calls by random users in random namespaces: the kernel has no BUG, whatever is asked; once everybody has gone everything is as before; the same
// seed tells the same story, event by event.
import { expect, test } from 'vitest'
import { runFlow } from '../../simulator/machine/test/run-flow.ts'
import { chaosProgram } from './chaos.ts'
import { machineState, storyOf } from './machine-state.ts'
import { seeds } from './run-length.ts'

const calm = machineState(runFlow(chaosProgram(undefined)))

test('whatever is asked, the kernel has no BUG, nothing is left behind, and the same seed tells the same story', () => {
  for (const seed of seeds(40)) {
    const kernel = runFlow(chaosProgram(seed))
    expect(kernel.bugs, `FUZZ_SEED=${seed} FUZZ_RUNS=1`).toEqual([])
    expect(machineState(kernel), `FUZZ_SEED=${seed} FUZZ_RUNS=1`).toEqual(calm)
    expect(storyOf(runFlow(chaosProgram(seed))), `FUZZ_SEED=${seed} FUZZ_RUNS=1`).toBe(storyOf(kernel))
  }
})
