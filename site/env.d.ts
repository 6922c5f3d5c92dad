import type { Lesson } from '../lab/lesson/lesson.ts'

declare global {
  /** The Worker that the page's head has started already; see site/build/early-start.ts. */
  var isolabMachine: (() => Worker) | undefined
  namespace App {
    interface Locals { lesson: Lesson }
  }
}
