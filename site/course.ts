// The course: tracks with their lessons in order, checked. A broken lesson file stops the build with what is wrong and what to do.
import type { CollectionEntry } from 'astro:content'
import { getCollection } from 'astro:content'
import { readFinal, readLesson, readTrack } from '../lab/lesson/lesson-schema.ts'
import type { FinalExercise, Lesson, Track } from '../lab/lesson/lesson.ts'
import { sheetNumber } from '../lab/lesson/lesson.ts'

export interface CourseLesson extends Lesson {
  readonly sheet: string
  readonly final: FinalExercise | undefined
  readonly entry: CollectionEntry<'lessons'>
}
export interface CourseTrack extends Track { readonly lessons: readonly CourseLesson[] }

export async function course(): Promise<readonly CourseTrack[]> {
  const [lessons, tasks, finals, tracks] = await Promise.all([getCollection('lessons'), getCollection('tasks'), getCollection('finals'), getCollection('tracks')])
  const work = new Map<string, unknown>(tasks.map(entry => [entry.id, entry.data]))
  const exercises = new Map(finals.map(entry => [entry.id, readFinal(`lessons/${entry.id}`, entry.data)]))
  return tracks.map(track => {
    const about = readTrack(track.id, `lessons/${track.id}/track.yaml`, track.data)
    const own = lessons.filter(entry => entry.id.startsWith(`${track.id}/`)).map(entry => {
      const lesson = readLesson({ folder: `lessons/${entry.id}`, frontmatter: entry.data, body: entry.body ?? '', tasks: work.get(entry.id) })
      return { ...lesson, sheet: sheetNumber(about, lesson), final: exercises.get(entry.id), entry }
    })
    return { ...about, lessons: own.toSorted((a, b) => a.number - b.number) }
  }).toSorted((a, b) => a.order - b.order)
}

interface IndexFinal { readonly id: string; readonly title: string; readonly minutes: number; readonly tasks: readonly string[] }

/** What the list of lessons needs to know, as plain data for the page. */
export interface IndexTrack {
  readonly letter: string
  readonly title: string
  readonly summary: string
  readonly lessons: readonly { readonly id: string; readonly sheet: string; readonly title: string; readonly summary: string; readonly minutes: number; readonly tasks: readonly string[]; readonly final?: IndexFinal }[]
}

export const indexOf = (tracks: readonly CourseTrack[]): IndexTrack[] => tracks.map(({ letter, title, summary, lessons }) => ({
  letter, title, summary, lessons: lessons.map(({ id, sheet, title, summary, minutes, tasks, final }) => ({
    id, sheet, title, summary, minutes, tasks: tasks.map(task => task.id),
    ...(final === undefined ? {} : { final: { id: final.id, title: final.title, minutes: final.minutes, tasks: final.tasks.map(task => task.id) } }),
  })),
}))
