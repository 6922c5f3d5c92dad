// help: one line for each builtin, as bash's summary has it; the long texts are left to the manual.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { readFile } from '../../libc/unistd.ts'
import type { Shell } from '../state.ts'
import type { BuiltinTable } from './index.ts'

const WIDTH = 78

const TOPICS: readonly (readonly [string, string])[] = [
  ['alias', 'alias [-p] [name[=value] ... ]'], ['bg', 'bg [job_spec ...]'], ['break', 'break [n]'], ['builtin', 'builtin [shell-builtin [arg ...]]'],
  ['caller', 'caller [expr]'], ['case', 'case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac'], ['cd', 'cd [-L|[-P [-e]] [-@]] [dir]'],
  ['command', 'command [-pVv] command [arg ...]'], ['continue', 'continue [n]'], ['declare', 'declare [-aAfFgiIlnrtux] [name[=value] ...]'],
  ['dirs', 'dirs [-clpv] [+N] [-N]'], ['disown', 'disown [-h] [-ar] [jobspec ... | pid ...]'], ['echo', 'echo [-neE] [arg ...]'], ['eval', 'eval [arg ...]'],
  ['exec', 'exec [-cl] [-a name] [command [argument ...]] [redirection ...]'], ['exit', 'exit [n]'], ['export', 'export [-fn] [name[=value] ...] or export -p'],
  ['false', 'false'], ['fg', 'fg [job_spec]'], ['for', 'for NAME [in WORDS ... ] ; do COMMANDS; done'], ['getopts', 'getopts optstring name [arg ...]'],
  ['hash', 'hash [-lr] [-p pathname] [-dt] [name ...]'], ['help', 'help [-dms] [pattern ...]'], ['history', 'history [-c] [-d offset] [n]'],
  ['if', 'if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi'], ['jobs', 'jobs [-lnprs] [jobspec ...]'],
  ['kill', 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...'], ['let', 'let arg [arg ...]'], ['local', 'local [option] name[=value] ...'],
  ['logout', 'logout [n]'], ['mapfile', 'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [array]'], ['popd', 'popd [-n] [+N | -N]'],
  ['printf', 'printf [-v var] format [arguments]'], ['pushd', 'pushd [-n] [+N | -N | dir]'], ['pwd', 'pwd [-LP]'],
  ['read', 'read [-ers] [-a array] [-d delim] [-n nchars] [-p prompt] [-t timeout] [-u fd] [name ...]'], ['readonly', 'readonly [-aAf] [name[=value] ...] or readonly -p'],
  ['return', 'return [n]'], ['select', 'select NAME [in WORDS ... ;] do COMMANDS; done'], ['set', 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]'],
  ['shift', 'shift [n]'], ['shopt', 'shopt [-pqsu] [-o] [optname ...]'], ['source', 'source filename [arguments]'], ['test', 'test [expr]'],
  ['time', 'time [-p] pipeline'], ['times', 'times'], ['trap', 'trap [-lp] [[arg] signal_spec ...]'], ['true', 'true'], ['type', 'type [-afptP] name [name ...]'],
  ['ulimit', 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]'], ['umask', 'umask [-p] [-S] [mode]'], ['unalias', 'unalias [-a] name [name ...]'],
  ['unset', 'unset [-f] [-v] [-n] [name ...]'], ['until', 'until COMMANDS; do COMMANDS-2; done'], ['wait', 'wait [-fn] [-p var] [id ...]'],
  ['while', 'while COMMANDS; do COMMANDS-2; done'],
]

/** At a prompt, a learner is also told what this machine can do: a list that the image carries. */
function* machineHelp(sh: Shell): Flow<void> {
  const list = yield* readFile('/usr/share/isolab/commands')
  if (isErr(list)) return
  sh.print('\nThis Linux machine is simulated. Besides the commands above it has, by package:\n\n')
  for (const line of list.split('\n').filter((l) => l !== '')) {
    const [name, ...commands] = line.split(' ')
    let row = ` ${name}`
    for (const command of commands) {
      if (row.length + command.length + 1 > WIDTH) {
        sh.print(`${row}\n`)
        row = '  '
      }
      row += ` ${command}`
    }
    sh.print(`${row}\n`)
  }
  sh.print('\nWhat is real on Linux but not simulated here says so and ends with status 95.\nTry: lsns, unshare --user --map-root-user bash, ps aux, findmnt.\n')
}

function* help(sh: Shell, words: readonly string[]): Flow<number> {
  const patterns = words.slice(1).filter((w) => !/^-[dms]+$/.test(w))
  if (sh.dialect === 'ash') {
    sh.print('Built-in commands:\n------------------\n\t. : [ [[ alias bg break cd chdir command continue echo eval exec\n\texit export false fg getopts hash help history jobs kill let\n\tlocal printf pwd read readonly return set shift source test times\n\ttrap true type ulimit umask unalias unset wait\n')
    return 0
  }
  if (patterns.length === 0) {
    sh.print("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type `help' to see this list.\nType `help name' to find out more about the function `name'.\nUse `info bash' to find out more about the shell in general.\nUse `man -k' or `info' to find out more about commands not in this list.\n\n")
    for (const [, usage] of TOPICS) sh.print(` ${usage}\n`)
    if (sh.interactive) yield* machineHelp(sh)
    return 0
  }
  let status = 0
  for (const p of patterns) {
    const found = TOPICS.filter(([name]) => fnmatch(p, name) || name.startsWith(p))
    const exact = found.filter(([name]) => name === p)
    for (const [name, usage] of exact.length > 0 ? exact : found) sh.print(`${name}: ${usage}\n`)
    if (found.length === 0) {
      yield* sh.error(`no help topics match \`${p}'.  Try \`help help' or \`man -k ${p}' or \`info ${p}'.`)
      status = 1
    }
  }
  return status
}

export const HELP: BuiltinTable = { help }
