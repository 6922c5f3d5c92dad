// The command line of a shell: what it is asked to do, before it does anything.
import type { Dialect } from './lexer.ts'
import { SET_OPTIONS, SHOPT_DEFAULTS } from './state.ts'
import { BASH_HELP_TEXT, BASH_USAGE_TEXT, BASH_VERSION_TEXT } from './texts.ts'

export interface Invocation {
  readonly command: string | undefined
  /** -s: commands come from standard input although there are arguments. */
  readonly stdin: boolean
  readonly interactive: boolean
  readonly login: boolean
  readonly noProfile: boolean
  readonly noRc: boolean
  /** -r, --restricted, or called rbash. */
  readonly restricted: boolean
  readonly rcFile: string | undefined
  readonly options: readonly (readonly [string, boolean])[]
  readonly shopts: readonly (readonly [string, boolean])[]
  readonly args: readonly string[]
  /** --version, --help: print this and go. */
  readonly print: string | undefined
}

const STARTS_ON = new Set(['braceexpand', 'emacs', 'hashall', 'interactive-comments'])
/** What `bash -o` and `bash +o` list, `bash -O` and `bash +O`. */
const setOptionsText = (readable: boolean): string =>
  SET_OPTIONS.map(([name]) => (readable ? `${name.padEnd(15)}\t${STARTS_ON.has(name) ? 'on' : 'off'}\n` : `set ${STARTS_ON.has(name) ? '-' : '+'}o ${name}\n`)).join('')
const shoptText = (readable: boolean): string =>
  SHOPT_DEFAULTS.map(([name, on]) => (readable ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `shopt ${on ? '-s' : '-u'} ${name}\n`)).join('')

/** Parses argv; a string is an error message to print before exiting with 2. */
export function parseInvocation(dialect: Dialect, argv: readonly string[]): Invocation | string {
  const name = argv[0] ?? dialect
  const options: [string, boolean][] = []
  const shopts: [string, boolean][] = []
  let wantsCommand = false
  let [stdin, interactive, login, noProfile, noRc] = [false, false, name.startsWith('-'), false, false]
  let restricted = dialect === 'bash' && /(^|\/)-?rbash$/.test(name)
  let rcFile: string | undefined
  let print: string | undefined
  let i = 1
  for (; dialect === 'bash' && i < argv.length && /^--?[a-z]{2,}/.test(argv[i]); i++) {
    const long = argv[i].replace(/^--?/, '')
    if (long === 'norc') noRc = true
    else if (long === 'noprofile') noProfile = true
    else if (long === 'login') login = true
    else if (long === 'posix') options.push(['posix', true])
    else if (long === 'verbose') options.push(['verbose', true])
    else if (long === 'version') print = BASH_VERSION_TEXT
    else if (long === 'help') print = BASH_HELP_TEXT
    else if (long === 'restricted') restricted = true
    else if (['noediting', 'debugger', 'pretty-print'].includes(long)) continue
    else if (long === 'rcfile' || long === 'init-file') {
      if (argv[i + 1] === undefined) return `${name}: ${argv[i]}: option requires an argument\n`
      rcFile = argv[++i]
    } else if (argv[i].startsWith('--')) return `${name}: ${argv[i]}: invalid option\n${BASH_USAGE_TEXT}`
    else break
  }
  for (; i < argv.length; i++) {
    const arg = argv[i]
    if (arg === '--' || arg === '-') {
      i++
      break
    }
    if (!/^[-+]./.test(arg)) break
    const on = arg[0] === '-'
    let wantsName = ''
    for (const c of arg.slice(1)) {
      if (c === 'c') wantsCommand = true
      else if (c === 's') stdin = true
      else if (c === 'i') interactive = true
      else if (c === 'l') login = true
      else if (c === 'r' && dialect === 'bash') restricted = true
      else if (c === 'o' || (c === 'O' && dialect === 'bash')) wantsName = c
      else {
        const option = dialect === 'dash' && !'abCeEfIimnpsuvVx'.includes(c) ? undefined : SET_OPTIONS.find(([, letter]) => letter === c)
        if (option) options.push([option[0], on])
        else if (!(dialect === 'dash' ? ['I', 'V', 'E'] : dialect === 'bash' ? ['D', 'r'] : ['D', 'r', 'q', 'I', 'V']).includes(c)) {
          return dialect === 'bash' ? `${name}: ${arg[0]}${c}: invalid option\n${BASH_USAGE_TEXT}` : `${name}: 0: Illegal option -${c}\n`
        }
      }
    }
    if (wantsName) {
      const value = argv[++i]
      if (value === undefined && dialect === 'bash') {
        print = wantsName === 'o' ? setOptionsText(on) : shoptText(on)
        break
      }
      if (value === undefined) return `${name}: ${arg}: option requires an argument\n`
      if (wantsName === 'O') shopts.push([value, on])
      else if (SET_OPTIONS.some(([n]) => n === value) && !(dialect === 'dash' && value === 'pipefail')) options.push([value, on])
      else return dialect === 'bash' ? `${name}: line 0: ${name}: ${value}: invalid option name\n` : `${name}: 0: Illegal option -o ${value}\n`
    }
  }
  let command: string | undefined
  if (wantsCommand) {
    command = argv[i++]
    if (command === undefined) return dialect === 'bash' ? `${name}: -c: option requires an argument\n` : `${name}: 0: -c requires an argument\n`
  }
  return { command, stdin, interactive, login, noProfile, noRc, restricted, rcFile, options, shopts, args: argv.slice(i), print }
}
