// pushd popd dirs: the directory stack. sh.dirStack holds what is below the current directory, the top first.
import type { Flow } from '../../../abi/syscalls.ts'
import { tildeDirectory } from '../job-table.ts'
import type { Shell } from '../state.ts'
import { cd } from './cd.ts'
import type { BuiltinTable } from './index.ts'

const USAGE: Readonly<Record<string, string>> = { dirs: 'dirs [-clpv] [+N] [-N]', pushd: 'pushd [-n] [+N | -N | dir]', popd: 'popd [-n] [+N | -N]' }

function* usage(sh: Shell, name: string, message: string): Flow<number> {
  yield* sh.error(message)
  yield* sh.write2(`${name}: usage: ${USAGE[name] ?? name}\n`)
  return 2
}

/** The number in +N or -N; undefined if it is none. */
const number = (word: string): number | undefined => (/^[-+]\s*[-+]?\d+\s*$/.test(word) ? Number(word.slice(1)) : undefined)

function* outOfRange(sh: Shell, word: string): Flow<number> {
  return yield* sh.fail(1, sh.dirStack.length === 0 ? 'directory stack empty' : `${word}: directory stack index out of range`)
}

function printStack(sh: Shell, mode: 'line' | 'lines' | 'numbered' = 'line', long = false): void {
  const home = sh.vars.get('HOME')
  const all = [sh.cwd, ...sh.dirStack].map((d) => (long ? d : tildeDirectory(d, home)))
  if (mode === 'line') sh.print(`${all.join(' ')}\n`)
  else all.forEach((d, n) => sh.print(mode === 'numbered' ? `${String(n).padStart(2)}  ${d}\n` : `${d}\n`))
}

function* dirs(sh: Shell, words: readonly string[]): Flow<number> {
  let mode: 'line' | 'lines' | 'numbered' = 'line'
  let long = false
  let clear = false
  let chosen: { word: string; at: number } | undefined
  for (const w of words.slice(1)) {
    if (w === '-l') long = true
    else if (w === '-c') clear = true
    else if (w === '-v') mode = 'numbered'
    else if (w === '-p') mode = mode === 'numbered' ? mode : 'lines'
    else if (w === '--') break
    else if (/^[-+]/.test(w)) {
      const n = number(w)
      if (n === undefined) return yield* usage(sh, 'dirs', `${w}: invalid number`)
      chosen = { word: w.slice(1), at: w[0] === '+' ? n : sh.dirStack.length - n }
    } else return yield* usage(sh, 'dirs', `${w}: invalid option`)
  }
  if (clear) {
    sh.dirStack = []
    return 0
  }
  if (!chosen) {
    printStack(sh, mode, long)
    return 0
  }
  const found = [sh.cwd, ...sh.dirStack][chosen.at]
  if (found === undefined) return yield* outOfRange(sh, chosen.word)
  sh.print(`${mode === 'numbered' ? `${String(chosen.at).padStart(2)}  ` : ''}${long ? found : tildeDirectory(found, sh.vars.get('HOME'))}\n`)
  return 0
}

/** cd, then the stack is shown. */
function* changeTo(sh: Shell, dir: string): Flow<number> {
  const status = yield* cd(sh, [sh.builtinName ?? 'cd', dir])
  if (status === 0) printStack(sh)
  return status
}

function* pushd(sh: Shell, words: readonly string[]): Flow<number> {
  let i = 1
  let stay = false
  let turn: number | undefined
  const old = sh.cwd
  if (words.length === 1) {
    const [top] = sh.dirStack
    if (top === undefined) return yield* sh.fail(1, 'no other directory')
    sh.dirStack[0] = old
    return yield* changeTo(sh, top)
  }
  for (; i < words.length; i++) {
    const w = words[i]
    if (w === '-n') stay = true
    else if (w === '--') {
      i++
      break
    } else if (w === '-' || !/^[-+]/.test(w)) break
    else {
      const n = number(w)
      if (n === undefined) return yield* usage(sh, 'pushd', `${w}: invalid number`)
      turn = w[0] === '+' ? n : sh.dirStack.length - n
      if (turn > sh.dirStack.length || turn < 0) return yield* outOfRange(sh, w)
    }
  }
  if (turn !== undefined) {
    const all = [sh.cwd, ...sh.dirStack]
    const turned = [...all.slice(turn), ...all.slice(0, turn)]
    sh.dirStack = turned.slice(1)
    return stay ? 0 : yield* changeTo(sh, turned[0])
  }
  if (i >= words.length) return 0
  const status = stay ? 0 : yield* cd(sh, ['pushd', ...words.slice(i)])
  if (status !== 0) return 1
  sh.dirStack.unshift(stay ? words[i] : old)
  printStack(sh)
  return 0
}

function* popd(sh: Shell, words: readonly string[]): Flow<number> {
  let stay = false
  let which = 0
  let sign = '+'
  let shown = ''
  for (const w of words.slice(1)) {
    if (w === '-n') stay = true
    else if (w === '--') break
    else if (/^[-+]/.test(w)) {
      const n = number(w)
      if (n === undefined) return yield* usage(sh, 'popd', `${w}: invalid number`)
      ;[sign] = w
      which = n
      shown = w
    } else if (w !== '') return yield* usage(sh, 'popd', `${w}: invalid argument`)
  }
  const { length } = sh.dirStack
  if (which > length || which < -length || (length === 0 && which === 0)) return yield* outOfRange(sh, shown)
  if (which === (sign === '+' ? 0 : length)) {
    const status = stay ? 0 : yield* cd(sh, ['popd', sh.dirStack[0]])
    if (status !== 0) return status
    sh.dirStack.shift()
  } else sh.dirStack.splice(sign === '+' ? which - 1 : length - 1 - which, 1)
  printStack(sh)
  return 0
}

export const DIRECTORY_STACK: BuiltinTable = { dirs, pushd, popd }
