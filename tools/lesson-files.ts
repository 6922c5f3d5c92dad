// Lessons from disk: finds the folders, reads YAML, and hands the rest to lab/lesson.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { LessonError, readFinal, readLesson, readTrack } from '../lab/lesson/lesson-schema.ts'
import type { FinalExercise, Lesson, Track } from '../lab/lesson/lesson.ts'

export const LESSONS = join(import.meta.dirname, '..', 'lessons')

/** Folders of all lessons, in order of track and number. */
export function lessonFolders(root = LESSONS): string[] {
  const folders = (path: string): string[] => readdirSync(path).filter((name) => statSync(join(path, name)).isDirectory()).map((name) => join(path, name))
  return folders(root).toSorted().flatMap((track) => folders(track).toSorted((a, b) => Number.parseInt(basename(a)) - Number.parseInt(basename(b))))
}

/** @throws {LessonError} */
export function loadLesson(folder: string): Lesson {
  const name = relative(join(LESSONS, '..'), folder)
  const text = read(join(folder, 'lesson.mdx'), `${name}/lesson.mdx`)
  const [, frontmatter, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? []
  if (frontmatter === undefined || body === undefined) throw new LessonError([{ file: `${name}/lesson.mdx`, field: '', message: 'must begin with a frontmatter between two lines of ---' }])
  return readLesson({
    folder: name, body,
    frontmatter: parseYaml(frontmatter, `${name}/lesson.mdx`),
    tasks: parseYaml(read(join(folder, 'tasks.yaml'), `${name}/tasks.yaml`), `${name}/tasks.yaml`),
  })
}

/** The lesson's final exercise, if it has one. @throws {LessonError} */
export function loadFinal(folder: string): FinalExercise | undefined {
  const name = relative(join(LESSONS, '..'), folder)
  const path = join(folder, 'final.yaml')
  return existsSync(path) ? readFinal(name, parseYaml(readFileSync(path, 'utf8'), `${name}/final.yaml`)) : undefined
}

/** @throws {LessonError} */
export function loadTrack(id: string, root = LESSONS): Track {
  const file = `lessons/${id}/track.yaml`
  return readTrack(id, file, parseYaml(read(join(root, id, 'track.yaml'), file), file))
}

/** The names of all claims of the course, in order: `A1`, …, from lessons/claims.md. */
export function allClaims(root = LESSONS): string[] {
  return [...readFileSync(join(root, 'claims.md'), 'utf8').matchAll(/(?:^|\s)([A-D]\d{1,2}) (?=\S)/gm)].map((match) => match[1] ?? '')
}

function read(path: string, name: string): string {
  if (!existsSync(path)) throw new LessonError([{ file: name, field: '', message: 'is missing' }])
  return readFileSync(path, 'utf8')
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const line = error.linePos?.[0].line
    throw new LessonError([{ file, field: line === undefined ? '' : `line ${line}`, message: error.message.split('\n')[0] ?? '' }])
  }
}
