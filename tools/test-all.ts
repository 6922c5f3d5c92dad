// `npm test`: everything that has to be true of the project, one stage after the other, and one closing line that sums it up.
// A stage that is not a test runner counts as one check. `npm test -- unit lessons` runs only these stages.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath } from './chromium.ts'
import { missing } from './machines.ts'

interface Counts { readonly passed: number; readonly failed: number; readonly skipped: number }
interface Stage { readonly name: string; readonly what: string; readonly run: () => Counts | Promise<Counts> }

const ROOT = join(import.meta.dirname, '..')
/** CI has half an hour for everything: by then the machine for the page has to be built, and real machines have to be through. */
const BUILD_END = 15 * 60_000
const MACHINES_END = 18 * 60_000
const scratch = mkdtempSync(join(tmpdir(), 'isolab-test-'))

/** Runs a command of node_modules/.bin; true if it ended well. */
function command(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status, error } = spawnSync(join(ROOT, 'node_modules', '.bin', name), args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error !== undefined) process.stdout.write(`cannot run ${name}: ${error.message}; is 'npm ci' done?\n`)
  return status === 0
}

const check = (...commands: readonly (readonly [string, ...string[]])[]) => (): Counts => {
  const failed = commands.filter(([name, ...args]) => !command(name, args)).length
  return { passed: commands.length - failed, failed, skipped: 0 }
}

function vitest(project: string, env: Readonly<Record<string, string>> = {}): Counts {
  const file = join(scratch, `${project}.json`)
  const good = command('vitest', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], env)
  return counted(file, good, (report: { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number }) =>
    ({ passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests }))
}

function journeys(): Counts {
  const browser = chromiumPath()
  if (browser === undefined) {
    process.stdout.write('no Chromium found: `apt-get install chromium`, or set CHROMIUM to one\n')
    return process.env.CI === undefined ? { passed: 0, failed: 0, skipped: 1 } : { passed: 0, failed: 1, skipped: 0 }
  }
  const file = join(scratch, 'journeys.json')
  const good = command('playwright', ['test', '--reporter=list,json'], { CHROMIUM: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: file })
  return counted(file, good, ({ stats }: { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }) =>
    ({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }))
}

/** Builds the machine for the page beside the stages before it, most of which keep one processor busy. Answers how to wait for it, which says how it went. */
function buildAside(): () => Promise<void> {
  const log = join(scratch, 'vm-build.log')
  const out = openSync(log, 'w')
  const build = spawn(process.execPath, [join(ROOT, 'vm', 'image', 'build.ts'), 'browser', '--quick'], { cwd: ROOT, stdio: ['ignore', out, out], detached: true })
  const { pid } = build
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  const ended = new Promise<boolean>((resolve) => {
    build.on('exit', (status) => resolve(status === 0))
    build.on('error', () => resolve(false))
  })
  const end = (): void => {
    if (pid !== undefined && build.exitCode === null && build.signalCode === null) process.kill(-pid, 'SIGKILL')
  }
  process.on('exit', end)
  return async () => {
    const timer = setTimeout(end, Math.max(1, BUILD_END - performance.now()))
    const isGood = await ended
    clearTimeout(timer)
    process.stdout.write(readFileSync(log, 'utf8'))
    if (!isGood) process.stdout.write(`no image of the machine for the page could be made${build.signalCode === null ? '' : ` within ${BUILD_END / 60_000} minutes`}\n`)
  }
}

/** Real machines are tested where their images are. Only CI makes one that is missing: the page's. */
async function machines(): Promise<Counts> {
  await imageIsThere?.()
  for (const name of ['browser-vm', 'qemu'] as const) {
    const why = await missing(name)
    if (why !== undefined) process.stdout.write(`skipped: ${why}\n`)
  }
  return vitest('machines', process.env.CI !== undefined ? { ISOLAB_MACHINES_MS: String(Math.max(60_000, MACHINES_END - performance.now())) } : {})
}

/** Counts from a runner's report; a runner that failed without counting a failure counts as one. */
function counted<T>(file: string, good: boolean, read: (report: T) => Counts): Counts {
  try {
    const counts = read(JSON.parse(readFileSync(file, 'utf8')) as T)
    return { ...counts, failed: Math.max(counts.failed, good ? 0 : 1) }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

const STAGES: readonly Stage[] = [
  { name: 'types', what: 'strict types', run: check(['tsc', '-p', '.'], ['tsc', '-p', 'lab'], ['tsc', '-p', 'vm'], ['tsc', '-p', 'tools'], ['tsc', '-p', 'test/e2e'], ['astro', 'check', '--tsconfig', 'site/tsconfig.json', '--minimumSeverity', 'error']) },
  { name: 'lint', what: 'lint', run: check(['eslint', '.']) },
  { name: 'layers', what: 'who imports whom', run: check(['depcruise', 'simulator', 'lab', 'vm', 'tools', 'site', 'test', 'lessons', '--config', '.dependency-cruiser.mjs']) },
  { name: 'dead-code', what: 'nothing unused', run: check(['knip']) },
  { name: 'unit', what: 'unit and property tests', run: () => vitest('unit') },
  { name: 'conformance', what: 'recorded cases of real Linux', run: () => vitest('conformance') },
  { name: 'lessons', what: 'every lesson keeps its word', run: () => vitest('lessons') },
  { name: 'machines', what: 'final exercises on real Linux', run: machines },
  { name: 'site', what: 'the site builds and is small', run: check(['astro', 'build', '--silent'], ['size-limit']) },
  { name: 'journeys', what: 'learners’ journeys in a browser', run: journeys },
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STAGES.some((stage) => stage.name === name))
if (unknown.length > 0) {
  process.stderr.write(`no stage '${unknown.join("', '")}'; there are ${STAGES.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
const imageIsThere = process.env.CI !== undefined && isWanted('machines') && await missing('browser-vm') !== undefined ? buildAside() : undefined

const results: (Counts & { readonly name: string; readonly seconds: number })[] = []
for (const { name, what, run } of STAGES) {
  if (!isWanted(name)) continue
  process.stdout.write(`\n── ${name}: ${what}\n`)
  const start = performance.now()
  results.push({ name, ...await run(), seconds: (performance.now() - start) / 1000 })
}
rmSync(scratch, { recursive: true, force: true })

const sum = (key: keyof Counts): number => results.reduce((total, each) => total + each[key], 0)
process.stdout.write('\n')
for (const { name, passed, failed, skipped, seconds } of results) {
  process.stdout.write(`${failed > 0 ? 'FAILED' : 'good  '} ${name.padEnd(12)} ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds.toFixed(0)} s)\n`)
}
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`)
process.exitCode = sum('failed') > 0 ? 1 : 0
