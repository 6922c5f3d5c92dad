// The course as Astro's content: lessons/ as it is. lab/lesson checks what is in it; see course.ts.
import { defineCollection } from 'astro:content'
import { glob } from 'astro/loaders'

const base = './lessons'
const folder = ({ entry }: { entry: string }): string => entry.replace(/\/[^/]*$/, '')

export const collections = {
  lessons: defineCollection({ loader: glob({ base, pattern: '*/*/lesson.mdx', generateId: folder }) }),
  tasks: defineCollection({ loader: glob({ base, pattern: '*/*/tasks.yaml', generateId: folder }) }),
  finals: defineCollection({ loader: glob({ base, pattern: '*/*/final.yaml', generateId: folder }) }),
  tracks: defineCollection({ loader: glob({ base, pattern: '*/track.yaml', generateId: folder }) }),
}
