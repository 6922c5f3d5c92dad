// A few recorded cases on the real machines that are there: scripts and terminals are delimited there as on the simulator, and a case finds
// nothing of the one before. All of them: `isolab conformance --confirm`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Guests } from '../../tools/machine-guests.ts'
import { MACHINES, missing, openGuests } from '../../tools/machines.ts'
import { parseCase } from '../conformance/case.ts'
import { compare, describe as differing } from '../conformance/compare.ts'
import { playReal } from '../conformance/play-real.ts'

const CASES = join(import.meta.dirname, '..', 'conformance', 'cases')
const CHOSEN = ['process/01-your-own-pid-1.t', 'user/01-root-inside.t', 'prompt/01-first-steps.t']

for (const machine of ['browser-vm', 'qemu'] as const) {
  const why = await missing(machine)
  describe.skipIf(why !== undefined)(`${MACHINES[machine].title}${why === undefined ? '' : `: ${why}`}`, () => {
    let opening: Promise<Guests> | undefined
    const guests = (): Promise<Guests> => (opening ??= openGuests(machine, false))
    afterAll(async () => (await opening)?.close())

    for (const id of CHOSEN) {
      test(id, async () => {
        const recorded = parseCase(id, readFileSync(join(CASES, id), 'utf8'))
        const { agent } = await (await guests()).pristine()
        expect(differing(compare(recorded, await playReal(agent, recorded, MACHINES[machine].slower)), 'recording')).toBe('')
      })
    }

    test('a machine is put back to its start', async () => {
      const all = await guests()
      const { agent } = await all.pristine()
      await agent.run('hostname changed; touch /root/left')
      const { agent: fresh } = await all.pristine()
      expect((await fresh.run('hostname; ls /root')).output).toBe('host\n')
    })
  })
}
