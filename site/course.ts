// The course: tracks with their lessons in order, checked. A broken lesson file stops the build with what is wrong and what to do.
import type { CollectionEntry } from 'astro:content'
import { getCollection } from 'astro:content'
import { readLesson, readTrack } from '../lab/lesson/lesson-schema.ts'
import type { Lesson, Track } from '../lab/lesson/lesson.ts'
import { sheetNumber } from '../lab/lesson/lesson.ts'

export interface CourseLesson extends Lesson {
  readonly sheet: string
  readonly entry: CollectionEntry<'lessons'>
}
export interface CourseTrack extends Track { readonly lessons: readonly CourseLesson[] }

export async function course(): Promise<readonly CourseTrack[]> {
  const [lessons, tasks, tracks] = await Promise.all([getCollection('lessons'), getCollection('tasks'), getCollection('tracks')])
  const work = new Map<string, unknown>(tasks.map(entry => [entry.id, entry.data]))
  return tracks.map(track => {
    const about = readTrack(track.id, `lessons/${track.id}/track.yaml`, track.data)
    const own = lessons.filter(entry => entry.id.startsWith(`${track.id}/`)).map(entry => {
      const lesson = readLesson({ folder: `lessons/${entry.id}`, frontmatter: entry.data, body: entry.body ?? '', tasks: work.get(entry.id) })
      return { ...lesson, sheet: sheetNumber(about, lesson), entry }
    })
    return { ...about, lessons: own.toSorted((a, b) => a.number - b.number) }
  }).toSorted((a, b) => a.order - b.order)
}

/** What the list of lessons needs to know, as plain data for the page. */
export interface IndexTrack {
  readonly letter: string
  readonly title: string
  readonly summary: string
  readonly lessons: readonly { readonly id: string; readonly sheet: string; readonly title: string; readonly summary: string; readonly minutes: number; readonly tasks: readonly string[] }[]
}

export const indexOf = (tracks: readonly CourseTrack[]): IndexTrack[] => tracks.map(({ letter, title, summary, lessons }) => ({
  letter, title, summary, lessons: lessons.map(({ id, sheet, title, summary, minutes, tasks }) => ({ id, sheet, title, summary, minutes, tasks: tasks.map(task => task.id) })),
}))
