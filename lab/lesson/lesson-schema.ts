// Reads lesson files, already parsed from YAML. What is wrong is told by file, field and remedy.
import * as v from 'valibot'
import { COMPOSE, MORE_IMAGES } from '../../simulator/images/containers/names.ts'
import { needsAction } from '../facts/action.ts'
import { fact, FACT_KINDS, factKeys } from '../facts/fact-schema.ts'
import type { Exercise, FinalExercise, Lesson, MachineKind, Track } from './lesson.ts'
import { MACHINE_KINDS } from './lesson.ts'
import { nearestWord } from './nearest-word.ts'

const text = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'))
const slug = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and hyphens only'))
const terminalName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and hyphens only'))
const facts = v.pipe(v.array(fact), v.minLength(1, 'needs at least one fact'))
const typed = v.union([
  v.pipe(v.string(), v.nonEmpty(), v.transform((type) => ({ type }))),
  v.strictObject({ terminal: v.optional(terminalName), type: v.pipe(v.string(), v.nonEmpty()) }),
], 'is a line to type, or { terminal: …, type: … }')
const hint = v.pipe(
  v.strictObject({ id: v.optional(slug), when: v.optional(v.pipe(facts, v.check((list) => !list.some(needsAction), 'a hint can’t wait for ping or sh; say what the World shows'))), say: v.optional(text), run: v.optional(text), terminal: v.optional(terminalName) }),
  v.check((each) => each.say !== undefined || each.run !== undefined, 'a hint has something to say, or a command to run'),
)

/** Where it takes place: in a lesson's frontmatter, or in final.yaml. */
const place = {
  title: text,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30)),
  terminals: v.optional(v.pipe(v.array(v.strictObject({ name: terminalName, user: v.optional(v.picklist(['root', 'learner']), 'learner') })), v.minLength(1)), [{ name: 'host' }]),
  setup: v.optional(v.string(), ''),
  docker: v.optional(v.union([v.boolean(), v.strictObject({ images: v.optional(v.array(v.picklist(MORE_IMAGES)), []), compose: v.optional(v.boolean(), false) })], `is true, or { images: [${MORE_IMAGES.join(', ')}] } for more images than busybox, debian:12 and nginx, or { compose: true } for docker compose`), false),
}
/** What is to be done: in tasks.yaml, or in final.yaml. */
const work = {
  tasks: v.pipe(v.array(v.strictObject({
    id: slug,
    title: text,
    mode: v.optional(v.picklist(['once', 'hold']), 'once'),
    expect: facts,
    hints: v.pipe(v.optional(v.array(hint), []), v.transform((hints) => hints.map((each, index) => ({ ...each, id: each.id ?? `hint-${index + 1}` })))),
  })), v.minLength(1, 'there must be at least one task')),
  solution: v.pipe(v.array(typed), v.minLength(1)),
  wrong: v.optional(v.array(v.strictObject({ name: text, type: v.pipe(v.array(typed), v.minLength(1)), task: slug, hint: slug })), []),
}

const frontmatter = v.strictObject({
  ...place,
  summary: text,
  claims: v.optional(v.array(v.pipe(v.string(), v.regex(/^[A-D]\d{1,2}$/, 'a claim is a letter and a number, such as A10'))), []),
})

const tasksFile = v.strictObject({
  ...work,
  predictions: v.optional(v.array(v.strictObject({
    id: slug, question: text, because: text, run: text, terminal: v.optional(terminalName),
    options: v.pipe(v.array(v.pipe(v.union([text, v.number()]), v.transform(String))), v.minLength(2, 'a prediction has at least two options')),
    answer: v.pipe(v.number(), v.integer(), v.minValue(1, 'options are counted from 1')),
  })), []),
})

const finalFile = v.strictObject({
  ...place, ...work,
  story: v.pipe(text, v.transform((story) => story.split(/\n\s*\n/).map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim()))),
  'not-on': v.optional(v.strictObject({ 'browser-vm': v.optional(text), 'qemu-vm': v.optional(text) }), {}),
})

const trackFile = v.strictObject({ letter: v.pipe(v.string(), v.regex(/^[A-Z]$/, 'one capital letter')), order: v.pipe(v.number(), v.integer(), v.minValue(1)), title: text, summary: text })

/** Something in a lesson file is wrong. The message is one line: file, field, what, remedy. */
export interface Complaint { readonly file: string; readonly field: string; readonly message: string }

export function complaintText({ file, field, message }: Complaint): string {
  return field === '' ? `${file}: ${message}` : `${file}: ${field}: ${message}`
}

export class LessonError extends Error {
  readonly complaints: readonly Complaint[]
  constructor(complaints: readonly Complaint[]) {
    super(complaints.map(complaintText).join('\n'))
    this.complaints = complaints
  }
}

export interface LessonFiles {
  /** `lessons/rooms/1-what-is-a-namespace` */
  readonly folder: string
  /** The frontmatter of lesson.mdx, parsed. */
  readonly frontmatter: unknown
  /** The text of lesson.mdx below the frontmatter. */
  readonly body: string
  /** tasks.yaml, parsed. */
  readonly tasks: unknown
}

/** @throws {LessonError} with everything that is wrong */
export function readLesson(files: LessonFiles): Lesson {
  const { folder } = files
  const [, track = '', number = '', name = ''] = /([^/]+)\/(\d+)-([^/]+)$/.exec(folder) ?? []
  const complaints: Complaint[] = []
  if (name === '') complaints.push({ file: folder, field: '', message: 'a lesson’s folder is named TRACK/NUMBER-NAME, such as rooms/2-a-name-of-your-own' })
  const front = check(frontmatter, files.frontmatter, `${folder}/lesson.mdx`, complaints)
  const tasks = check(tasksFile, files.tasks, `${folder}/tasks.yaml`, complaints)
  if (front === undefined || tasks === undefined) throw new LessonError(complaints)
  const lesson: Lesson = { id: `${track}/${name}`, track, slug: name, number: Number(number), ...front, ...dockerOf(front.docker), ...tasks }
  complaints.push(...checkNames(lesson, `${folder}/tasks.yaml`, lesson.predictions), ...checkText(lesson, files))
  if (complaints.length > 0) throw new LessonError(complaints)
  return lesson
}

const dockerOf = (docker: boolean | { images: readonly string[]; compose: boolean }): Pick<Lesson, 'docker' | 'images'> =>
  ({ docker: docker !== false, images: typeof docker === 'object' ? [...docker.images, ...(docker.compose ? [COMPOSE] : [])] : [] })

/** No Docker there: its daemon and images would be most of the download. */
const NO_DOCKER: Readonly<Partial<Record<MachineKind, string>>> = { 'browser-vm': 'This exercise needs Docker, and the small machine in the page has none.' }

/** The reference machine has the usual images alone. */
const NO_IMAGES: Readonly<Partial<Record<MachineKind, string>>> = { 'qemu-vm': 'This exercise needs images that are made for the simulated machine.' }

/** `folder` is the lesson's; `value` is its final.yaml, parsed. @throws {LessonError} with everything that is wrong */
export function readFinal(folder: string, value: unknown): FinalExercise {
  const [, track = '', name = ''] = /([^/]+)\/\d+-([^/]+)$/.exec(folder) ?? []
  const complaints: Complaint[] = []
  const file = `${folder}/final.yaml`
  const read = check(finalFile, value, file, complaints)
  if (read === undefined) throw new LessonError(complaints)
  const { 'not-on': said, ...rest } = { ...read, ...dockerOf(read.docker) }
  const notOn = { ...(rest.docker ? NO_DOCKER : {}), ...(rest.images.length > 0 ? NO_IMAGES : {}), ...said }
  const final: FinalExercise = { id: `${track}/${name}/final`, lesson: `${track}/${name}`, track, slug: name, ...rest, notOn, machines: MACHINE_KINDS.filter((kind) => notOn[kind] === undefined) }
  complaints.push(...checkNames(final, file, []))
  if (complaints.length > 0) throw new LessonError(complaints)
  return final
}

/** @throws {LessonError} */
export function readTrack(id: string, file: string, value: unknown): Track {
  const complaints: Complaint[] = []
  const track = check(trackFile, value, file, complaints)
  if (track === undefined) throw new LessonError(complaints)
  return { id, ...track }
}

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown, file: string, complaints: Complaint[]): T | undefined {
  if (value === undefined || value === null) {
    complaints.push({ file, field: '', message: 'is empty or missing' })
    return undefined
  }
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  for (const issue of result.issues) complaints.push({ file, field: fieldName(issue), message: issueText(issue) })
  return undefined
}

/** `tasks[2].expect[1].own` */
function fieldName(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map((item) => (typeof item.key === 'number' ? `[${item.key + 1}]` : `.${String(item.key)}`)).join('').replace(/^\./, '')
}

function issueText(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const key = String(issue.path?.at(-1)?.key ?? '')
    const parent = issue.path?.at(-1)?.input
    const known = knownKeys(parent, issue)
    return `is not known here${suggestion(key, known)}`
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') return 'is missing'
  if (issue.type === 'picklist') return `is ${issue.received}; it can be ${issue.expected?.replaceAll(' | ', ', ').replaceAll(/[()"]/g, '') ?? ''}`
  if (issue.type === 'custom' && typeof issue.input === 'object' && issue.input !== null) return `${issue.message}${suggestion(Object.keys(issue.input)[0] ?? '', FACT_KINDS)}`
  if (issue.kind === 'schema' && issue.expected !== null && issue.type !== 'union') return `must be ${issue.expected.toLowerCase()}, but is ${issue.received}`
  return issue.message
}

const ALL_KEYS: readonly string[] = [...Object.keys(frontmatter.entries), ...Object.keys(tasksFile.entries), ...Object.keys(finalFile.entries), ...MACHINE_KINDS, 'id', 'mode', 'expect', 'hints', 'when', 'say', 'run', 'question', 'options', 'answer', 'because', 'name', 'type', 'task', 'hint', 'terminal', 'user']

function knownKeys(parent: unknown, issue: v.BaseIssue<unknown>): readonly string[] {
  const isFact = issue.path?.some(({ key }) => key === 'expect' || key === 'when') === true
  if (!isFact || typeof parent !== 'object' || parent === null) return ALL_KEYS
  return factKeys(FACT_KINDS.find((kind) => kind in parent) ?? '')
}

function suggestion(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known)
  return near === undefined ? '' : `; did you mean '${near}'?`
}

/** What one field alone can't show: names that lead nowhere. */
function checkNames(exercise: Exercise, file: string, predictions: Lesson['predictions']): Complaint[] {
  const complaints: Complaint[] = []
  const say = (field: string, message: string): void => void complaints.push({ file, field, message })
  const taskIds = exercise.tasks.map(({ id }) => id)
  const terminals = exercise.terminals.map(({ name }) => name)
  for (const id of new Set(taskIds.filter((each, index) => taskIds.indexOf(each) !== index))) say('tasks', `two tasks are called '${id}'`)
  for (const { id, options, answer } of predictions) if (answer > options.length) say(`predictions '${id}'.answer`, `is ${answer}, but there are ${options.length} options`)
  for (const [index, { task, hint: hintId }] of exercise.wrong.entries()) {
    const known = exercise.tasks.find(({ id }) => id === task)
    if (known === undefined) say(`wrong[${index + 1}].task`, `there is no task '${task}'${suggestion(task, taskIds)}`)
    else if (!known.hints.some(({ id }) => id === hintId)) say(`wrong[${index + 1}].hint`, `task '${task}' has no hint '${hintId}'${suggestion(hintId, known.hints.map(({ id }) => id))}`)
  }
  for (const { terminal } of [...exercise.solution, ...exercise.wrong.flatMap(({ type }) => type), ...predictions, ...exercise.tasks.flatMap(({ hints }) => hints)]) {
    if (terminal !== undefined && !terminals.includes(terminal)) say('terminal', `there is no terminal '${terminal}'; there is ${terminals.join(', ')}`)
  }
  return complaints
}

/** The text and tasks.yaml must speak of the same things. */
function checkText(lesson: Lesson, { folder, body }: LessonFiles): Complaint[] {
  const complaints: Complaint[] = []
  const say = (message: string): void => void complaints.push({ file: `${folder}/lesson.mdx`, field: '', message })
  const taskIds = lesson.tasks.map(({ id }) => id)
  const used = (component: string): string[] => [...body.matchAll(new RegExp(`<${component}\\s+id="([^"]*)"`, 'g'))].map((match) => match[1] ?? '')
  const tasks = used('Task')
  const predictions = used('Predict')
  for (const id of taskIds) if (tasks.filter((each) => each === id).length !== 1) say(`<Task id="${id}" /> must stand exactly once in the text, it stands ${tasks.filter((each) => each === id).length} times`)
  for (const id of tasks) if (!taskIds.includes(id)) say(`<Task id="${id}" />: tasks.yaml has no such task${suggestion(id, taskIds)}`)
  const known = lesson.predictions.map(({ id }) => id)
  for (const id of known) if (!predictions.includes(id)) say(`<Predict id="${id}" /> is missing in the text`)
  for (const id of predictions) if (!known.includes(id)) say(`<Predict id="${id}" />: tasks.yaml has no such prediction${suggestion(id, known)}`)
  return complaints
}
