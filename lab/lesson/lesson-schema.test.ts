import { describe, expect, test } from 'vitest'
import { LessonError, readFinal, readLesson } from './lesson-schema.ts'

const folder = 'lessons/rooms/2-a-name'
const good = {
  frontmatter: { title: 'A name', summary: 'Names.', minutes: 5 },
  body: '<Task id="name" />',
  tasks: { tasks: [{ id: 'name', title: 'Named.', expect: [{ hostname: 'web1', uts: 'own' }] }], solution: ['true'] },
}
const complaints = (change: Partial<typeof good> | object): string => {
  try {
    readLesson({ folder, ...good, ...change })
    return ''
  } catch (error) {
    if (error instanceof LessonError) return error.message
    throw error
  }
}
const withTask = (task: object): object => ({ tasks: { ...good.tasks, tasks: [{ ...good.tasks.tasks[0], ...task }] } })

test('a good lesson is read', () => {
  expect(readLesson({ folder, ...good })).toMatchObject({ id: 'rooms/a-name', number: 2, terminals: [{ name: 'host', user: 'learner' }], tasks: [{ mode: 'once' }], solution: [{ type: 'true' }] })
})

describe('a broken lesson names file, field and remedy', () => {
  test.each([
    ['a missing field', { frontmatter: { title: 'A name', minutes: 5 } }, 'lessons/rooms/2-a-name/lesson.mdx: summary: is missing'],
    ['a misspelt field', { frontmatter: { ...good.frontmatter, minuts: 5 } }, 'lessons/rooms/2-a-name/lesson.mdx: minuts: is not known here; did you mean \'minutes\'?'],
    ['a misspelt fact', withTask({ expect: [{ hostnmae: 'web1' }] }), 'lessons/rooms/2-a-name/tasks.yaml: tasks[1].expect[1]: a fact begins with one of process, namespace, map, mount, link, route, chain, cgroup, ping, sh, ran, hostname, gone, not, any; did you mean \'hostname\'?'],
    ['a misspelt key of a fact', withTask({ expect: [{ process: 'bash', onw: ['uts'] }] }), 'lessons/rooms/2-a-name/tasks.yaml: tasks[1].expect[1].onw: is not known here; did you mean \'own\'?'],
    ['a wrong namespace type', withTask({ expect: [{ process: 'bash', own: ['mount'] }] }), 'lessons/rooms/2-a-name/tasks.yaml: tasks[1].expect[1].own[1]: is "mount"; it can be cgroup, ipc, mnt, net, pid, time, user, uts'],
    ['a wrong kind of value', { frontmatter: { ...good.frontmatter, minutes: 'five' } }, 'lessons/rooms/2-a-name/lesson.mdx: minutes: must be number, but is "five"'],
    ['a task that the text forgets', { body: '' }, 'lessons/rooms/2-a-name/lesson.mdx: <Task id="name" /> must stand exactly once in the text, it stands 0 times'],
    ['an empty file', { tasks: null }, 'lessons/rooms/2-a-name/tasks.yaml: is empty or missing'],
    ['a wrong answer without its hint', { tasks: { ...good.tasks, wrong: [{ name: 'x', type: ['x'], task: 'name', hint: 'nosuch' }] } }, 'lessons/rooms/2-a-name/tasks.yaml: wrong[1].hint: task \'name\' has no hint \'nosuch\''],
  ])('%s', (_, change, message) => {
    expect(complaints(change)).toBe(message)
  })
})

describe('a final exercise', () => {
  const final = { title: 'A name', story: 'One.\n\nTwo\nthree.\n', minutes: 10, tasks: good.tasks.tasks, solution: ['true'] }
  const complaint = (change: object): string => {
    try {
      readFinal(folder, { ...final, ...change })
      return ''
    } catch (error) {
      if (error instanceof LessonError) return error.message
      throw error
    }
  }
  test('is read, and runs anywhere', () => {
    expect(readFinal(folder, final)).toMatchObject({ id: 'rooms/a-name/final', lesson: 'rooms/a-name', story: ['One.', 'Two three.'], machines: ['simulator', 'browser-vm', 'qemu-vm'], notOn: {} })
  })
  test('with Docker does not run on a machine without, and says so', () => {
    const { machines, notOn } = readFinal(folder, { ...final, docker: true })
    expect(machines).toEqual(['simulator', 'qemu-vm'])
    expect(notOn['browser-vm']).toMatch(/Docker/)
  })
  test.each([
    ['a misspelt field', { storry: 'x' }, 'lessons/rooms/2-a-name/final.yaml: storry: is not known here; did you mean \'story\'?'],
    ['a misspelt machine', { 'not-on': { 'browser': 'x' } }, 'lessons/rooms/2-a-name/final.yaml: not-on.browser: is not known here'],
    ['a hint that is not there', { wrong: [{ name: 'x', type: ['x'], task: 'name', hint: 'nosuch' }] }, 'lessons/rooms/2-a-name/final.yaml: wrong[1].hint: task \'name\' has no hint \'nosuch\''],
  ])('names file, field and remedy: %s', (_, change, message) => {
    expect(complaint(change)).toBe(message)
  })
})
