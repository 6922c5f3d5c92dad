// A few recorded cases on the real machines that are there: scripts and terminals are delimited there as on the simulator, and a case finds
// nothing of the one before. All of them: `isolab conformance --confirm`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { confirm, record } from '../../tools/machine-conformance.ts'
import type { Guests } from '../../tools/machine-guests.ts'
import { MACHINES, missing, openGuests } from '../../tools/machines.ts'
import { parseCase } from '../conformance/case.ts'
import { compare, describe as differing } from '../conformance/compare.ts'
import { playReal } from '../conformance/play-real.ts'
import { recordedText } from '../conformance/record.ts'

const CASES = join(import.meta.dirname, '..', 'conformance', 'cases')
const CHOSEN = ['process/01-your-own-pid-1.t', 'user/01-root-inside.t', 'prompt/01-first-steps.t']

/** A 32-bit kernel has no inode64 to show. */
const ONLY_64_BIT = 'mount/01-first-tmpfs.t'

for (const machine of ['browser-vm', 'qemu'] as const) {
  const why = await missing(machine)
  describe.skipIf(why !== undefined)(`${MACHINES[machine].title}${why === undefined ? '' : `: ${why}`}`, () => {
    let opening: Promise<Guests> | undefined
    const guests = (): Promise<Guests> => (opening ??= openGuests(machine, false))
    afterAll(async () => (await opening)?.close())

    for (const id of machine === 'qemu' ? [...CHOSEN, ONLY_64_BIT] : CHOSEN) {
      test(id, async () => {
        const recorded = parseCase(id, readFileSync(join(CASES, id), 'utf8'))
        const { agent } = await (await guests()).pristine()
        expect(differing(compare(recorded, await playReal(agent, recorded, MACHINES[machine].slower)), 'recording')).toBe('')
      })
    }

    test('what is recorded is what was recorded, and a recording that does not hold is found', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'isolab-record-'))
      const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
      try {
        const on = { machine, jobs: 1, verbose: true }
        const files = ['process/01-your-own-pid-1.t', 'prompt/01-first-steps.t'].map((id) => {
          const text = readFileSync(join(CASES, id), 'utf8')
          const path = join(folder, basename(id))
          writeFileSync(path, recordedText(text, parseCase(id, text).commands.map(() => ({ lines: [], status: 0 }))))
          return { id, path, text }
        })
        expect(await record(files, on)).toBe(0)
        for (const { id, path, text } of files) expect(parseCase(id, readFileSync(path, 'utf8')), id).toEqual(parseCase(id, text))
        expect(await confirm(files, on)).toBe(0)
        const [first] = files
        if (first !== undefined) writeFileSync(first.path, readFileSync(first.path, 'utf8').replace(/^  (\S.*\d)$/m, '  $1 and more'))
        expect(await confirm(files.slice(0, 1), on)).toBe(1)
        expect(said.mock.calls.join('')).toMatch(/does not hold: process\/01.*\n.*\$ .*\n(.*\n)*.*and more/)
      } finally {
        said.mockRestore()
        rmSync(folder, { recursive: true })
      }
    })

    test('a machine is put back to its start', async () => {
      const all = await guests()
      const { agent } = await all.pristine()
      await agent.run('hostname changed; touch /root/left')
      const { agent: fresh } = await all.pristine()
      expect((await fresh.run('hostname; ls /root')).output).toBe('host\n')
    })
  })
}
