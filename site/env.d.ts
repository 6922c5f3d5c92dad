import type { Lesson } from '../lab/lesson/lesson.ts'

declare global {
  namespace App {
    interface Locals { lesson: Lesson }
  }
}

declare module 'virtual:program-list' {
  interface ListedProgram { readonly path: string; readonly summary: string; readonly mode?: number; readonly links?: readonly string[] }
  export const list: readonly { readonly name: string; readonly version: string; readonly programs: readonly ListedProgram[] }[]
}
