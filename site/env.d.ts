declare namespace App {
  interface Locals { lesson: import('../lab/lesson/lesson.ts').Lesson }
}
