// select: a numbered menu on standard error, an answer read from standard input.
import type { Flow } from '../../abi/syscalls.ts'
import type { For } from './ast.ts'
import type { Shell } from './state.ts'
import { executeList } from './exec.ts'
import { loopWords, setLoopVariable } from './exec-compound.ts'
import { headText } from './printer.ts'
import { traceText } from './trace.ts'
import { beforeCommand } from './traps.ts'
import { readLine } from './read-line.ts'

function menu(words: readonly string[], columns: number): string {
  const digits = String(words.length).length
  const width = Math.max(...words.map((w) => w.length)) + digits + 2
  const across = Math.max(1, Math.floor(columns / (width + 2)))
  const rows = across >= words.length || words.length < 2 ? words.length : Math.ceil(words.length / across)
  let out = ''
  for (let row = 0; row < rows; row++) {
    const cells: string[] = []
    for (let i = row; i < words.length; i += rows) cells.push(`${String(i + 1).padStart(digits)}) ${words[i]}`)
    out += `${cells.map((cell, n) => (n < cells.length - 1 ? cell.padEnd(width + 1) : cell)).join('')}\n`
  }
  return out
}

export function* selectLoop(sh: Shell, c: For): Flow<void> {
  const words = yield* loopWords(sh, c.words)
  if (words.length === 0) {
    sh.status = 0
    return
  }
  sh.line = c.line
  if (!(yield* beforeCommand(sh, headText(c)))) return
  if (sh.options.has('xtrace')) yield* traceText(sh, headText(c))
  const columns = Number(sh.vars.get('COLUMNS')) || 80
  let show = true
  sh.loopDepth++
  for (;;) {
    if (show) yield* sh.write2(menu(words, columns))
    yield* sh.write2(sh.vars.get('PS3') ?? '#? ')
    const line = yield* readLine(0)
    if (line === undefined) {
      sh.print('\n')
      yield* sh.flush()
      sh.status = 1
      break
    }
    sh.vars.set('REPLY', line)
    show = line.trim() === ''
    if (show) continue
    const n = Number(line.trim())
    if (!(yield* setLoopVariable(sh, c.name, words[n - 1] ?? ''))) {
      sh.status = 1
      break
    }
    yield* executeList(sh, c.body)
    if (sh.returning) break
    if (sh.breaking > 0) {
      sh.breaking--
      break
    }
    if (sh.continuing > 0 && --sh.continuing > 0) break
  }
  sh.loopDepth--
}
