// help: the list of builtins, and of each its synopsis and what it does in a line; the long texts are left to the manual.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { fnmatch, hasGlob } from '../../../lib/fnmatch.ts'
import { readFile } from '../../libc/unistd.ts'
import type { Shell } from '../state.ts'
import { type BuiltinTable, disabled } from './index.ts'
import { TOPICS, topicText } from './synopsis.ts'

const WIDTH = 78

/** dispcolumn: two columns of synopses, cut with a >. */
function columns(sh: Shell): string {
  const width = Math.max(4, Math.floor((Number(sh.vars.get('COLUMNS')) || 80) / 2))
  const height = Math.ceil(TOPICS.length / 2)
  const cell = ([name, synopsis]: readonly [string, string, string], size: number): string => {
    const text = (disabled.get(sh)?.has(name) === true ? '*' : ' ') + synopsis
    return text.length > size ? `${text.slice(0, size)}>` : text
  }
  let out = ''
  for (let i = 0; i < height; i++) {
    const right = TOPICS[i + height]
    const left = cell(TOPICS[i], width - 2)
    out += `${right === undefined ? left : left.padEnd(width) + cell(right, width - 3)}\n`
  }
  return out
}

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
  const flags = words.slice(1).filter((w) => /^-[dms]+$/.test(w)).join('')
  const patterns = words.slice(1).filter((w) => !/^-[dms]+$/.test(w) && w !== '--')
  if (sh.dialect === 'ash') {
    sh.print('Built-in commands:\n------------------\n\t. : [ [[ alias bg break cd chdir command continue echo eval exec\n\texit export false fg getopts hash help history jobs kill let\n\tlocal printf pwd read readonly return set shift source test times\n\ttrap true type ulimit umask unalias unset wait\n')
    return 0
  }
  if (patterns.length === 0) {
    sh.print("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type `help' to see this list.\nType `help name' to find out more about the function `name'.\nUse `info bash' to find out more about the shell in general.\nUse `man -k' or `info' to find out more about commands not in this list.\n\nA star (*) next to a name means that the command is disabled.\n\n")
    sh.print(columns(sh))
    if (sh.interactive) yield* machineHelp(sh)
    return 0
  }
  if (hasGlob(patterns[0], true)) sh.print(`Shell commands matching ${patterns.length > 1 ? 'keywords' : 'keyword'} \`${patterns.join("', `")}'\n\n`)
  const found = patterns.map((p) => {
    const exact = TOPICS.filter(([name]) => name === p || fnmatch(p, name, { extglob: true }))
    return exact.length > 0 ? exact : TOPICS.filter(([name]) => name.startsWith(p))
  })
  for (const topic of found.flat()) {
    const [name, synopsis, description] = topic
    sh.print(flags.includes('d') ? `${name} - ${description}\n` : flags.includes('s') ? `${name}: ${synopsis}\n` : topicText(topic))
  }
  if (found.some((f) => f.length > 0)) return 0
  const p = patterns[patterns.length - 1]
  return yield* sh.fail(1, `no help topics match \`${p}'.  Try \`help help' or \`man -k ${p}' or \`info ${p}'.`)
}

export const HELP: BuiltinTable = { help }
