// history, fc
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { readFile, writeFile } from '../../libc/unistd.ts'
import { evalString } from '../eval.ts'
import type { Shell } from '../state.ts'
import { misused } from './synopsis.ts'
import type { BuiltinTable } from './index.ts'
import { historyFile } from '../history-file.ts'

function* history(sh: Shell, words: readonly string[]): Flow<number> {
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    const w = words[i]
    if (w === '-c') {
      sh.historyList = []
      sh.historyBase = 1
    } else if (w === '-d') {
      const n = Number(words[++i])
      const at = n < 0 ? sh.historyList.length + n : n - sh.historyBase
      if (!Number.isInteger(n) || at < 0 || at >= sh.historyList.length) return yield* sh.fail(1, `${words[i] ?? ''}: history position out of range`)
      sh.historyList.splice(at, 1)
    } else if (w === '-s') {
      sh.historyList.pop()
      sh.historyList.push(words.slice(i + 1).join(' '))
      return 0
    } else if (w === '-p') {
      for (const x of words.slice(i + 1)) sh.print(`${x}\n`)
      return 0
    } else if (/^-[awrn]$/.test(w)) {
      const file = words[i + 1] ?? historyFile(sh)
      if (w === '-r' || w === '-n') {
        const text = yield* readFile(file)
        if (isErr(text)) return yield* sh.fail(1, `${file}: cannot read: ${text.message}`)
        sh.historyList.push(...text.split('\n').filter((l) => l !== ''))
      } else {
        const text = sh.historyList.map((l) => `${l}\n`).join('')
        const r = yield* writeFile(file, text, O_WRONLY | O_CREAT | (w === '-a' ? O_APPEND : O_TRUNC))
        if (isErr(r)) return yield* sh.fail(1, `${file}: cannot create: ${r.message}`)
      }
      return 0
    } else {
      yield* sh.error(`${w.slice(0, 2)}: invalid option`)
      yield* sh.write2('history: usage: history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]\n')
      return 2
    }
  }
  if (words.slice(1, i).some((w) => w === '-c' || w === '-d')) return 0
  const count = words[i]
  if (count !== undefined && !/^\d+$/.test(count)) return yield* sh.fail(1, `${count}: numeric argument required`)
  const from = count === undefined ? 0 : Math.max(0, sh.historyList.length - Number(count))
  if (sh.dialect === 'ash') {
    for (let n = from; n < sh.historyList.length; n++) sh.print(`${String(n).padStart(4)} ${sh.historyList[n]}\n`)
    return 0
  }
  for (let n = from; n < sh.historyList.length; n++) sh.print(`${String(n + sh.historyBase).padStart(5)}  ${sh.historyList[n]}\n`)
  return 0
}

/** fc -l and fc -s; opening an editor is not simulated. */
function* fc(sh: Shell, words: readonly string[]): Flow<number> {
  const find = (spec: string | undefined, fallback: number): number => {
    if (spec === undefined) return fallback
    if (/^-?\d+$/.test(spec)) return Number(spec) < 0 ? sh.historyList.length - 1 + Number(spec) : Number(spec) - sh.historyBase
    for (let n = sh.historyList.length - 2; n >= 0; n--) if (sh.historyList[n].startsWith(spec)) return n
    return -1
  }
  const bad = words.slice(1).find((w) => /^-[^\d]/.test(w) && !/^-[lnrse]+$/.test(w) && w !== '--')
  if (bad !== undefined) return yield* misused(sh, `-${[...bad.slice(1)].find((c) => !'lnrse'.includes(c)) ?? ''}: invalid option`)
  const flags = words.slice(1).filter((w) => /^-[lnrse]+$/.test(w)).join('')
  const args = words.slice(1).filter((w) => !/^-[lnrse]+$/.test(w))
  if (flags.includes('l')) {
    const from = find(args[0], Math.max(0, sh.historyList.length - 17))
    const to = find(args[1], sh.historyList.length - 2)
    if (from < 0) return yield* sh.fail(1, 'history specification out of range')
    for (let n = from; n <= Math.min(to, sh.historyList.length - 1); n++) sh.print(`${flags.includes('n') ? '' : n + sh.historyBase}\t ${sh.historyList[n]}\n`)
    return 0
  }
  if (flags.includes('s')) {
    const change = args[0]?.includes('=') ? args[0].split('=') : undefined
    const n = find(change ? args[1] : args[0], sh.historyList.length - 2)
    let line = sh.historyList[n]
    if (line === undefined) return yield* sh.fail(1, 'no command found')
    if (change) line = line.replaceAll(change[0], change[1] ?? '')
    yield* sh.write2(`${line}\n`)
    sh.historyList[sh.historyList.length - 1] = line
    yield* evalString(sh, line, 'fc', sh.line)
    return sh.status
  }
  yield* sh.error('editing a command in an editor is real, but not simulated here')
  return 95
}

export const HISTORY: BuiltinTable = { history, fc }
