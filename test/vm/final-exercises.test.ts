// Every final exercise on every real machine that this computer has an image of: its start, its solution, its wrong answers.
// Machines without an image are counted as skipped; nothing is built or downloaded here.
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lessonFolders, LESSONS, loadFinal } from '../../tools/lesson-files.ts'
import { leftOut, playOn } from '../../tools/machine-lessons.ts'
import { MACHINES, missing } from '../../tools/machines.ts'

const finals = lessonFolders().flatMap((folder) => {
  const final = loadFinal(folder)
  return final === undefined ? [] : [{ name: relative(LESSONS, folder), final }]
})

for (const machine of ['browser-vm', 'qemu'] as const) {
  const why = await missing(machine)
  describe(`${MACHINES[machine].title}${why === undefined ? '' : `: ${why}`}`, () => {
    for (const { name, final } of finals.filter(({ final }) => leftOut(machine, final) === undefined)) {
      test.skipIf(why !== undefined)(name, async () => expect((await playOn(machine, final)).problems).toEqual([]))
    }
  })
}
