// `isolab lesson check` and `isolab lesson new`.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { bootMachine } from '../simulator/machine/machine.ts'
import { LessonError } from '../lab/lesson/lesson-schema.ts'
import type { Exercise } from '../lab/lesson/lesson.ts'
import { rehearse } from '../lab/lesson/rehearsal.ts'
import { allClaims, lessonFolders, LESSONS, loadFinal, loadLesson, loadTrack } from './lesson-files.ts'
import { lessonTemplate } from './lesson-template.ts'
import { machineArgument } from './machines.ts'
import { parseArguments, UsageError } from './usage.ts'

export function lesson(args: readonly string[]): number | Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'check') return check(rest)
  if (verb === 'new') return create(rest)
  throw new UsageError(verb === undefined ? 'lesson what? There are check and new' : `unknown verb 'lesson ${verb}'; there are check and new`)
}

function check(args: readonly string[]): number | Promise<number> {
  const parsed = parseArguments(args, { flags: ['verbose'], values: ['machine'], short: { v: 'verbose' }, words: true })
  const { words, flags } = parsed
  const folders = words.length > 0 ? words.map(folderOf) : lessonFolders()
  const machine = machineArgument(parsed)
  if (machine !== 'sim') return import('./machine-lessons.ts').then(({ checkOn }) => checkOn(machine, folders, flags.has('verbose')))
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  let bad = 0
  const play = (name: string, load: () => Exercise | undefined): void => {
    try {
      const read = load()
      if (read === undefined) return
      const { problems, transcript, goal } = rehearse(bootMachine, read)
      if (flags.has('verbose')) say(`${transcript}\n${goal.states.map(({ id, met, words: measured }) => `  ${met ? 'met    ' : 'not yet'} ${id}: ${measured}`).join('\n')}`)
      say(`${problems.length === 0 ? 'good' : 'BAD '}  ${name}: ${read.tasks.length} tasks, ${read.wrong.length} wrong answers`)
      for (const problem of problems) say(`      ${problem}`)
      bad += problems.length > 0 ? 1 : 0
    } catch (error) {
      if (!(error instanceof LessonError)) throw error
      say(`BAD   ${name}`)
      for (const line of error.message.split('\n')) say(`      ${line}`)
      bad++
    }
  }
  for (const folder of folders) {
    const name = relative(LESSONS, folder)
    play(name, () => {
      const read = loadLesson(folder)
      loadTrack(read.track)
      return read
    })
    play(`${name}, final`, () => loadFinal(folder))
  }
  if (words.length === 0 && bad === 0) {
    const kept = new Set(lessonFolders().flatMap((folder) => loadLesson(folder).claims))
    const open = allClaims().filter((claim) => !kept.has(claim))
    say(`\nClaims kept: ${[...kept].toSorted().join(' ')}\nNot yet kept: ${open.length === 0 ? 'none' : open.join(' ')}`)
  }
  return bad > 0 ? 1 : 0
}

function folderOf(word: string): string {
  const found = [resolve(word), join(LESSONS, word)].find((path) => existsSync(path)) ?? lessonFolders().find((path) => path.endsWith(word) || path.includes(`-${word}`))
  if (found === undefined) throw new UsageError(`no lesson '${word}'`)
  return found
}

function create(args: readonly string[]): number {
  const { words } = parseArguments(args, { words: true })
  const [, track = '', number = '', slug = ''] = /^(?:lessons\/)?([a-z0-9-]+)\/(\d+)-([a-z0-9-]+)$/.exec(words[0] ?? '') ?? []
  if (slug === '') throw new UsageError('a lesson is named TRACK/NUMBER-NAME, such as rooms/5-a-network-of-your-own')
  const folder = join(LESSONS, track, `${number}-${slug}`)
  if (existsSync(folder)) throw new UsageError(`${relative(process.cwd(), folder)} is there already`)
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(lessonTemplate(slug))) writeFileSync(join(folder, name), text)
  if (!existsSync(join(LESSONS, track, 'track.yaml'))) writeFileSync(join(LESSONS, track, 'track.yaml'), `letter: ${track.charAt(0).toUpperCase()}\norder: 9\ntitle: ${track}\nsummary: What this track is about, in one sentence.\n`)
  process.stdout.write(`${relative(process.cwd(), folder)}: lesson.mdx, tasks.yaml and final.yaml. Next: npx isolab lesson check ${track}/${number}-${slug}\n`)
  return 0
}
