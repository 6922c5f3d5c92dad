// The `isolab` command line: which command, and what a mistaken call is told.
import { isMainThread } from 'node:worker_threads'
import { help } from './help.ts'
import { Unavailable, UsageError } from './usage.ts'
import { sh } from './command-sh.ts'
import { shell } from './command-shell.ts'

// The bundle is also what a thread of the recorded cases starts from.
if (!isMainThread) await import('../test/conformance/pool.ts')

type Command = (args: readonly string[]) => number | Promise<number>

const COMMANDS = new Map<string, Command>([
  ['sh', sh],
  ['shell', shell],
  ['explain', async (args) => (await import('./command-explain.ts')).explainScript(args)],
  ['trace', async (args) => (await import('./command-trace.ts')).trace(args)],
  ['lesson', async (args) => (await import('./command-lesson.ts')).lesson(args)],
  ['conformance', async (args) => (await import('./command-conformance.ts')).conformance(args)],
  ['help', (args) => help(args)],
])

/** Runs one command; answers the exit status. Status 2 is a mistaken call, as with most Unix commands. */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv
  if (name === undefined || name === '--help' || name === '-h') return help([])
  const command = COMMANDS.get(name)
  try {
    if (command === undefined) throw new UsageError(`unknown command '${name}'`, nearest(name))
    if (args.includes('--help') || args.includes('-h')) return help([name])
    return await command(args)
  } catch (error) {
    if (error instanceof Unavailable) {
      process.stderr.write(`isolab: ${error.message}\n`)
      return 1
    }
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`isolab: ${error.message}\n${error.remedy === undefined ? '' : `Did you mean '${error.remedy}'? `}Try 'isolab help'.\n`)
    return 2
  }
}

function nearest(name: string): string | undefined {
  return [...COMMANDS.keys()].find((known) => known.startsWith(name.slice(0, 2)) || known.endsWith(name.slice(-3)))
}
