// The command line of http.server, as argparse reads it.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'

const USAGE = 'usage: server.py [-h] [--cgi] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\n'
const HELP = `${USAGE}
positional arguments:
  port                  bind to this port (default: 8000)

options:
  -h, --help            show this help message and exit
  --cgi                 run as CGI server
  -b ADDRESS, --bind ADDRESS
                        bind to this address (default: all interfaces)
  -d DIRECTORY, --directory DIRECTORY
                        serve this directory (default: current directory)
  -p VERSION, --protocol VERSION
                        conform to this HTTP version (default: HTTP/1.0)
`
export interface ServerArguments {
  readonly port: number
  readonly bind: string | undefined
  readonly directory: string | undefined
  readonly protocol: string
}
const LONG = ['--bind', '--cgi', '--directory', '--help', '--protocol']
const SHORT: ReadonlyMap<string, string> = new Map([['-b', '--bind'], ['-d', '--directory'], ['-h', '--help'], ['-p', '--protocol']])
const SHOWN: ReadonlyMap<string, string> = new Map([['--bind', '-b/--bind'], ['--directory', '-d/--directory'], ['--protocol', '-p/--protocol']])

function* wrong(c: Crt, message: string): Flow<never> {
  yield* c.stderr.write(`${USAGE}server.py: error: ${message}\n`)
  return exit(2)
}
export function* serverArguments(c: Crt, args: readonly string[]): Flow<ServerArguments> {
  const values = new Map<string, string>()
  const unknown: string[] = []
  let port: string | undefined
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    if (!word.startsWith('-') || word === '-') {
      if (port === undefined) port = word
      else unknown.push(word)
      continue
    }
    const [typed, attached] = word.startsWith('--') ? word.split(/=(.*)/s) : [word.slice(0, 2), word.length > 2 ? word.slice(2).replace(/^=/, '') : undefined]
    const candidates = typed.startsWith('--') ? LONG.filter((name) => name.startsWith(typed)) : [SHORT.get(typed) ?? '']
    const [name] = candidates
    if (candidates.length !== 1 || name === '') {
      unknown.push(word)
      continue
    }
    if (name === '--help') {
      yield* c.stdout.write(HELP)
      return exit(0)
    }
    if (name === '--cgi') return exit(yield* unsimulated(c, 'option --cgi'))
    const value = attached ?? args[++i]
    if (value === undefined) return yield* wrong(c, `argument ${SHOWN.get(name) ?? name}: expected one argument`)
    values.set(name, value)
  }
  if (port !== undefined && !/^\s*[+-]?\d+\s*$/.test(port)) return yield* wrong(c, `argument port: invalid int value: '${port}'`)
  if (unknown.length > 0) return yield* wrong(c, `unrecognized arguments: ${unknown.join(' ')}`)
  return { port: Number(port ?? 8000), bind: values.get('--bind'), directory: values.get('--directory'), protocol: values.get('--protocol') ?? 'HTTP/1.0' }
}
