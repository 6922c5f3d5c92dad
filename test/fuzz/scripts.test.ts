// Random shell scripts on the full machine: no kernel BUG, no process that cannot be killed, no namespace that stays, the same bytes when replayed.
import { expect, test } from 'vitest'
import { Random } from '../../simulator/lib/random.ts'
import { storyOf } from './machine-state.ts'
import { randomScript } from './random-scripts.ts'
import { seeds } from './run-length.ts'
import { runRandomScript } from './script-run.ts'

test('any script: no BUG, nobody left, no namespace left, and the same bytes again', () => {
  for (const seed of seeds(30)) {
    const script = randomScript(new Random(seed))
    const user = seed % 2 === 0 ? 'root' : 'learner'
    const where = `FUZZ_SEED=${seed} FUZZ_RUNS=1, as ${user}:\n${script}`
    const { kernel, output, status } = runRandomScript(script, user)
    expect(kernel.bugs, where).toEqual([])
    expect([...kernel.tasks.values()].filter((task) => !task.isKernelThread).map((task) => task.comm), where).toEqual(['init'])
    const types = [...kernel.namespaces.values()].map((ns) => ns.type)
    expect(types.toSorted(), where).toEqual(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'])
    const again = runRandomScript(script, user)
    expect([again.output, again.status], where).toEqual([output, status])
    expect(storyOf(again.kernel), where).toBe(storyOf(kernel))
  }
})
