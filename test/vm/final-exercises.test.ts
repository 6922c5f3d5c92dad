// Every final exercise on every real machine that this computer has an image of: first all solutions, then the wrong answers too.
// Machines without an image are counted as skipped; nothing is built or downloaded here. What doesn't fit into $ISOLAB_MACHINES_MS, if that is set, is skipped.
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FinalExercise } from '../../lab/lesson/lesson.ts'
import { lessonFolders, LESSONS, loadFinal } from '../../tools/lesson-files.ts'
import { leftOut, playOn } from '../../tools/machine-lessons.ts'
import { MACHINES, missing } from '../../tools/machines.ts'

const TIME_MS = Number(process.env.ISOLAB_MACHINES_MS ?? Infinity)
const begun = performance.now()
const isLate = (): boolean => performance.now() - begun > TIME_MS

const finals = lessonFolders().flatMap((folder) => {
  const final = loadFinal(folder)
  return final === undefined ? [] : [{ name: relative(LESSONS, folder), final }]
})
const parts: readonly { readonly what: string; readonly of: (final: FinalExercise) => FinalExercise }[] = [
  { what: 'is solved by its solution', of: (final) => ({ ...final, wrong: [] }) },
  { what: 'answers each wrong answer with its hint', of: (final) => final },
]

for (const machine of ['browser-vm', 'qemu'] as const) {
  const why = await missing(machine)
  describe(`${MACHINES[machine].title}${why === undefined ? '' : `: ${why}`}`, () => {
    for (const { what, of } of parts) {
      for (const { name, final } of finals.filter((each) => leftOut(machine, each.final) === undefined)) {
        // A machine that has to share a busy computer may be late once.
        test.skipIf(why !== undefined)(`${name} ${what}`, { retry: 1 }, async ({ skip }) => {
          if (isLate()) skip('the time for this is over')
          expect((await playOn(machine, of(final))).problems).toEqual([])
        })
      }
    }
  })
}
