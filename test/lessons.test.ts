// Every lesson keeps its word: the start fails its tasks, the solution passes them, each wrong answer gets its hint, replays agree.
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rehearse } from '../lab/lesson/rehearsal.ts'
import { bootMachine } from '../simulator/machine/machine.ts'
import { allClaims, lessonFolders, LESSONS, loadFinal, loadLesson, loadTrack } from '../tools/lesson-files.ts'

const folders = lessonFolders()

describe.each(folders.map((folder) => [relative(LESSONS, folder), folder] as const))('%s', (_, folder) => {
  test('can be read, and does what it says', () => {
    const lesson = loadLesson(folder)
    expect(loadTrack(lesson.track).letter).toMatch(/^[A-Z]$/)
    expect(rehearse(bootMachine, lesson).problems).toEqual([])
  })
  test('ends with an exercise that can be solved', () => {
    const final = loadFinal(folder)
    expect(final, 'final.yaml').toBeDefined()
    if (final !== undefined) expect(rehearse(bootMachine, final).problems).toEqual([])
  })
})

test('lessons keep only claims that exist', () => {
  const claims = allClaims()
  const kept = new Set(folders.flatMap((folder) => loadLesson(folder).claims))
  expect([...kept].filter((claim) => !claims.includes(claim))).toEqual([])
  console.log(`claims kept: ${[...kept].toSorted().join(' ')}\nnot yet: ${claims.filter((claim) => !kept.has(claim)).join(' ')}`)
})
