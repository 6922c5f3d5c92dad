// The jobs a shell knows: pipelines in the background or stopped, with the states wait(2) has reported. jobs.ts starts and watches them.
import { WEXITSTATUS, WIFEXITED, WIFSIGNALED, WIFSTOPPED, WTERMSIG, WSTOPSIG, SIGNAL_TEXTS, SIGSTOP, SIGTTIN, SIGTTOU, WCOREDUMP } from '../../abi/signal.ts'

export interface JobProcess {
  readonly pid: number
  readonly command: string
  /** wait(2) status; undefined while running. */
  status: number | undefined
}

export interface Job {
  readonly id: number
  readonly pgid: number
  readonly processes: JobProcess[]
  readonly cwd: string
  foreground: boolean
  readonly jobControl: boolean
  notified: boolean
  /** disown -h */
  noHup: boolean
  /** When it last became current, for %+ and %-. */
  touched: number
}

export type JobState = 'running' | 'stopped' | 'done'

export const processRunning = (p: JobProcess): boolean => p.status === undefined
export const processStopped = (p: JobProcess): boolean => p.status !== undefined && WIFSTOPPED(p.status)

export function jobState(job: Job): JobState {
  if (job.processes.some(processRunning)) return 'running'
  return job.processes.some(processStopped) ? 'stopped' : 'done'
}

/** Exit status of wait(2)'s status as $? shows it. */
export function exitStatus(status: number): number {
  if (WIFEXITED(status)) return WEXITSTATUS(status)
  if (WIFSTOPPED(status)) return 128 + WSTOPSIG(status)
  return 128 + WTERMSIG(status)
}

/** Status of the whole job: that of its last process. */
export const jobStatus = (job: Job): number => job.processes[job.processes.length - 1].status ?? 0

/** What `jobs` says a process does; `jobs -l` has the words of strsignal(3). */
export function statusText(status: number | undefined, running = 'Running', isLong = false): string {
  if (status === undefined) return running
  if (WIFSTOPPED(status)) {
    const sig = WSTOPSIG(status)
    return !isLong ? 'Stopped' : sig === SIGSTOP ? 'Stopped (signal)' : sig === SIGTTIN ? 'Stopped (tty input)' : sig === SIGTTOU ? 'Stopped (tty output)' : 'Stopped'
  }
  if (WIFSIGNALED(status)) return signalText(WTERMSIG(status))
  const code = WEXITSTATUS(status)
  return code === 0 ? 'Done' : `Exit ${code}`
}

export const signalText = (sig: number): string => SIGNAL_TEXTS[sig] ?? (sig >= 34 ? `Real-time signal ${sig - 34}` : `Unknown signal #${sig}`)

export class JobTable {
  jobs: Job[] = []
  /** Exit statuses of finished background processes, for `wait PID`. */
  finished = new Map<number, number>()
  #clock = 0
  #noCurrent = false

  copy(): JobTable {
    const t = new JobTable()
    t.jobs = this.jobs.map((j) => ({ ...j, processes: j.processes.map((p) => ({ ...p })) }))
    t.#clock = this.#clock
    return t
  }

  nextId(): number {
    return this.jobs.reduce((max, j) => Math.max(max, j.id), 0) + 1
  }

  add(job: Omit<Job, 'id' | 'touched'>): Job {
    const full: Job = { ...job, id: this.nextId(), touched: ++this.#clock }
    this.jobs.push(full)
    this.#noCurrent = false
    return full
  }

  /** A job that fg had taken out stops again: it keeps its number. */
  putBack(job: Job): void {
    this.touch(job)
    this.jobs = [...this.jobs.filter((j) => j.id < job.id), job, ...this.jobs.filter((j) => j.id > job.id)]
  }

  remove(job: Job): void {
    const marked = this.mark(job) !== ' '
    this.jobs = this.jobs.filter((j) => j !== job)
    // reset_current: with nothing running or stopped there is no current job.
    if (marked && this.jobs.every((j) => jobState(j) === 'done')) this.#noCurrent = true
  }

  touch(job: Job): void {
    this.#noCurrent = false
    job.touched = ++this.#clock
  }

  process(pid: number): { job: Job; process: JobProcess } | undefined {
    for (const job of this.jobs) {
      const process = job.processes.find((p) => p.pid === pid && (p.status === undefined || WIFSTOPPED(p.status)))
      if (process) return { job, process }
    }
    return undefined
  }

  /** Candidates for %+ and %-: stopped jobs first, then by when they became current. */
  #ranked(): Job[] {
    return this.jobs.filter((j) => !j.foreground).sort((a, b) => Number(jobState(b) === 'stopped') - Number(jobState(a) === 'stopped') || b.touched - a.touched)
  }

  current(): Job | undefined {
    return this.#noCurrent ? undefined : this.#ranked()[0]
  }

  previous(): Job | undefined {
    return this.#noCurrent ? undefined : this.#ranked()[1]
  }

  mark(job: Job): string {
    return job === this.current() ? '+' : job === this.previous() ? '-' : ' '
  }

  /** A job specification: %n %+ %- %% %name %?text, or just a number for some builtins. */
  find(spec: string): Job | 'ambiguous' | undefined {
    const body = spec.startsWith('%') ? spec.slice(1) : spec
    if (body === '' || body === '+' || body === '%') return this.current()
    if (body === '-') return this.previous() ?? this.current()
    if (/^\d+$/.test(body)) return this.jobs.find((j) => j.id === Number(body))
    const text = (j: Job): string => j.processes.map((p) => p.command).join(' | ')
    const found = this.jobs.filter((j) => (body.startsWith('?') ? text(j).includes(body.slice(1)) : text(j).startsWith(body)))
    return found.length > 1 ? 'ambiguous' : found[0]
  }
}

/** The line of one job as `jobs` and notifications print it. `long` is jobs -l and the form used in scripts (which omits [n]). */
export function formatJob(table: JobTable, job: Job, form: 'standard' | 'long' | 'script', cwd: string, home: string | undefined): string {
  let out = form === 'script' ? '' : `[${job.id}]${table.mark(job)} `
  const all = job.processes
  const long = form !== 'standard'
  const sameState = all.every((p) => statusText(p.status) === statusText(all[0].status))
  all.forEach((p, n) => {
    if (n > 0) out += long ? '     ' : ' |'
    if (long) out += String(p.pid).padStart(5)
    out += ' '
    if (long || n === 0) {
      const state = jobState(job)
      const shown = n > 0 && sameState ? '' : statusText(long ? p.status : state === 'running' ? undefined : state === 'stopped' ? all.find(processStopped)?.status : jobStatus(job), 'Running', long)
      out += shown + ' '.repeat(Math.max(24 - (shown === '' ? 2 : shown.length), 0))
      if (p.status !== undefined && WIFSIGNALED(p.status) && WCOREDUMP(p.status)) out += '(core dumped) '
    }
    if (n > 0 && long) out += '| '
    out += p.command
    if (n === all.length - 1) {
      if (jobState(job) === 'running' && !job.foreground) out += ' &'
      if (job.cwd !== cwd) out += `  (wd: ${tildeDirectory(job.cwd, home)})`
    }
    if (long || n === all.length - 1) out += '\n'
  })
  return out
}

/** polite_directory_format: the home directory as ~ */
export function tildeDirectory(dir: string, home: string | undefined): string {
  if (home !== undefined && home.length > 1 && (dir === home || dir.startsWith(`${home}/`))) return `~${dir.slice(home.length)}`
  return dir
}
