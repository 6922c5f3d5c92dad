declare namespace App {
  interface Locals { lesson: import('../lab/lesson/lesson.ts').Lesson }
}

declare module 'virtual:program-list' {
  export const list: readonly { readonly name: string; readonly version: string; readonly programs: readonly { readonly path: string; readonly summary: string; readonly mode?: number; readonly links?: readonly string[] }[] }[]
}
