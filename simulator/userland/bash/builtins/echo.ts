// echo: bash's with -n -e -E, dash's which always reads escapes and knows only -n.
import type { Shell } from '../state.ts'
import { ansiUnescape } from '../ansi.ts'
import type { BuiltinTable } from './index.ts'

function echo(sh: Shell, words: readonly string[]): number {
  let i = 1
  let newline = true
  let escapes = sh.dialect === 'dash' || sh.shopts.get('xpg_echo') === true
  if (sh.dialect === 'dash') {
    if (words[1] === '-n') {
      newline = false
      i++
    }
  } else {
    for (; i < words.length && /^-[neE]+$/.test(words[i]); i++) {
      for (const c of words[i].slice(1)) {
        if (c === 'n') newline = false
        else escapes = c === 'e'
      }
    }
  }
  const text = words.slice(i).join(' ')
  if (!escapes) sh.print(newline ? `${text}\n` : text)
  else {
    const r = ansiUnescape(text, sh.bash ? 'echo' : '0nnn', true, sh.dialect !== 'dash')
    sh.print(newline && !r.stop ? `${r.text}\n` : r.text)
  }
  return 0
}

export const ECHO: BuiltinTable = { echo }
