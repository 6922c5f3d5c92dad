import type { Lesson } from '../lab/lesson/lesson.ts'

declare global {
  namespace App {
    interface Locals { lesson: Lesson }
  }
}
