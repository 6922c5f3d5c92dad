// The options of ls(1) and what they add up to.
import { type BlockSize, parseBlockSize } from '../../../lib/human.ts'
import type { LongOption } from '../../../lib/getopt.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Choice, WHEN, matchWord } from './argmatch.ts'
import type { Option } from './command.ts'
import type { Order, SortKey, TimeKey } from './ls-entry.ts'

const flag = (name: string, is?: string): LongOption => (is === undefined ? { name, arg: 'none' } : { name, arg: 'none', is })

export const lsOptions: OptionTable = {
  short: 'abcdfghiklmnopqrstuvw:xABCDFGHI:LNQRST:UXZ1',
  unsimulatedShort: 'D',
  long: [
    flag('all', 'a'), flag('almost-all', 'A'), flag('author'), flag('escape', 'b'), { name: 'block-size', arg: 'required' }, flag('ignore-backups', 'B'),
    { name: 'color', arg: 'optional' }, flag('directory', 'd'), { name: 'dired', arg: 'none', unsimulated: true }, { name: 'classify', arg: 'optional', is: 'F' },
    flag('file-type'), { name: 'format', arg: 'required' }, flag('full-time'), flag('group-directories-first'), flag('no-group', 'G'),
    flag('human-readable', 'h'), flag('si'), flag('dereference-command-line', 'H'), flag('dereference-command-line-symlink-to-dir'),
    { name: 'hide', arg: 'required' }, { name: 'hyperlink', arg: 'optional', unsimulated: true }, { name: 'indicator-style', arg: 'required' },
    flag('inode', 'i'), { name: 'ignore', arg: 'required', is: 'I' }, flag('kibibytes', 'k'), flag('dereference', 'L'), flag('numeric-uid-gid', 'n'),
    flag('literal', 'N'), flag('hide-control-chars', 'q'), flag('show-control-chars'), flag('quote-name', 'Q'), { name: 'quoting-style', arg: 'required' },
    flag('reverse', 'r'), flag('recursive', 'R'), flag('size', 's'), { name: 'sort', arg: 'required' }, { name: 'time', arg: 'required' },
    { name: 'time-style', arg: 'required' }, { name: 'tabsize', arg: 'required', is: 'T' }, { name: 'width', arg: 'required', is: 'w' },
    flag('context', 'Z'), flag('zero'),
  ],
}

export type Format = 'long' | 'one' | 'columns' | 'across' | 'commas'
export type Quoting = 'c-maybe' | 'literal' | 'shell' | 'shell-always' | 'shell-escape' | 'shell-escape-always' | 'c' | 'escape' | 'locale' | 'clocale'
export type Indicator = 'none' | 'slash' | 'file-type' | 'classify'

export interface LsStyle {
  readonly format: Format
  readonly hidden: 'skip' | 'almost' | 'all'
  readonly ignore: readonly string[]
  readonly hide: readonly string[]
  readonly directory: boolean
  readonly recursive: boolean
  readonly deref: 'never' | 'always' | 'operands' | 'operands-to-dir'
  readonly order: Order
  readonly inode: boolean
  readonly blocks: boolean
  readonly context: boolean
  readonly owner: boolean
  readonly group: boolean
  readonly author: boolean
  readonly numeric: boolean
  /** Unit of -s and the total, and of sizes in a long listing. */
  readonly blockSize: BlockSize
  readonly fileSize: BlockSize
  readonly quoting: Quoting
  readonly hideControl: boolean
  readonly indicator: Indicator
  readonly color: boolean
  readonly width: number
  readonly tab: number
  readonly timeStyle: string
  readonly terminator: '\n' | '\0'
}

/** What is wrong with an option's argument: a message, or a word that is none of the choices. */
export class BadArgument {
  readonly message: string
  readonly hint: boolean
  readonly choice: { readonly context: string; readonly word: string; readonly choices: readonly Choice<string>[] } | undefined
  constructor(message: string, hint = false, choice?: BadArgument['choice']) {
    this.message = message
    this.hint = hint
    this.choice = choice
  }
}

const SORTS: readonly Choice<SortKey>[] = [['none', 'none'], ['time', 'time'], ['size', 'size'], ['extension', 'extension'], ['version', 'version'], ['width', 'width']]
const TIMES: readonly Choice<TimeKey>[] = [
  ['atime', 'atime', 'access', 'use'], ['ctime', 'ctime', 'status'], ['mtime', 'mtime', 'modification'], ['btime', 'birth', 'creation'],
]
const FORMATS: readonly Choice<Format>[] = [
  ['long', 'verbose', 'long'], ['commas', 'commas'], ['across', 'horizontal', 'across'], ['columns', 'vertical'], ['one', 'single-column'],
]
const QUOTINGS: readonly Choice<Quoting>[] = [
  ['literal', 'literal'], ['shell', 'shell'], ['shell-always', 'shell-always'], ['shell-escape', 'shell-escape'], ['shell-escape-always', 'shell-escape-always'],
  ['c', 'c'], ['c-maybe', 'c-maybe'], ['escape', 'escape'], ['locale', 'locale'], ['clocale', 'clocale'],
]
const INDICATORS: readonly Choice<Indicator>[] = [['none', 'none'], ['slash', 'slash'], ['file-type', 'file-type'], ['classify', 'classify']]
const TIME_STYLES = `Valid arguments are:
  - [posix-]full-iso
  - [posix-]long-iso
  - [posix-]iso
  - [posix-]locale
  - +FORMAT (e.g., +%H:%M) for a 'date'-style format`

interface Surroundings {
  readonly env: ReadonlyMap<string, string>
  readonly isTty: boolean
  /** Columns of the terminal on standard output, if there is one. */
  readonly columns: number | undefined
}

/** Adds the options up, the last of a kind deciding. */
export function lsStyle(options: readonly Option[], at: Surroundings): LsStyle | BadArgument {
  const { env, isTty } = at
  let format: Format | undefined
  let hidden: LsStyle['hidden'] = 'skip'
  let sort: SortKey | undefined
  let time: TimeKey = 'mtime'
  let timeGiven = false
  let deref: LsStyle['deref'] | undefined
  let quoting: Quoting = matchWord(env.get('QUOTING_STYLE') ?? '', QUOTINGS) ?? (isTty ? 'shell-escape' : 'literal')
  let hideControl: boolean | undefined
  let indicator: Indicator = 'none'
  let color = false
  let timeStyle = env.get('TIME_STYLE') ?? 'locale'
  let width: number | undefined
  let tab = 8
  let terminator: '\n' | '\0' = '\n'
  let block: BlockSize | undefined
  let fileSize: BlockSize = { unit: 1, suffix: '' }
  const ignore: string[] = []
  const hide: string[] = []
  const on = new Set<string>()
  const kilo: BlockSize = { unit: 1024, suffix: '' }
  for (const { opt, arg } of options) {
    const value = arg ?? ''
    const bad = (kind: string, choices: readonly Choice<string>[]): BadArgument => new BadArgument('', true, { context: `--${kind}`, word: value, choices })
    switch (opt) {
      case 'a': hidden = 'all'; break
      case 'A': hidden = 'almost'; break
      case 'b': quoting = 'escape'; break
      case 'B': ignore.push('*~', '.*~'); break
      case 'c': time = 'ctime'; timeGiven = true; break
      case 'u': time = 'atime'; timeGiven = true; break
      case 'C': format = 'columns'; break
      case 'x': format = 'across'; break
      case 'm': format = 'commas'; break
      case '1': if (format !== 'long') format = 'one'; break
      case 'l': format = 'long'; break
      case 'g': format = 'long'; on.add('g'); break
      case 'o': format = 'long'; on.add('G'); break
      case 'n': format = 'long'; on.add('n'); break
      case 'f': hidden = 'all'; sort = 'none'; color = false; if (format === 'long') format = undefined; break
      case 'F': {
        const when = arg === undefined ? 'always' : matchWord(arg, WHEN)
        if (when === undefined) return bad('classify', WHEN)
        if (when === 'always' || (when === 'auto' && isTty)) indicator = 'classify'
        break
      }
      case 'p': indicator = 'slash'; break
      case 'file-type': indicator = 'file-type'; break
      case 'indicator-style': { const i = matchWord(value, INDICATORS); if (i === undefined) return bad('indicator-style', INDICATORS); indicator = i; break }
      case 'h': block = fileSize = { unit: 1, human: 1024, suffix: '' }; break
      case 'si': block = fileSize = { unit: 1, human: 1000, suffix: '' }; break
      case 'k': block = kilo; break
      case 'block-size': {
        const size = parseBlockSize(value)
        if (size === undefined) return new BadArgument(`invalid --block-size argument '${value}'`)
        block = fileSize = size
        break
      }
      case 'H': deref = 'operands'; break
      case 'L': deref = 'always'; break
      case 'dereference-command-line-symlink-to-dir': deref = 'operands-to-dir'; break
      case 'hide': hide.push(value); break
      case 'I': ignore.push(value); break
      case 'N': quoting = 'literal'; break
      case 'Q': quoting = 'c'; break
      case 'quoting-style': { const q = matchWord(value, QUOTINGS); if (q === undefined) return bad('quoting-style', QUOTINGS); quoting = q; break }
      case 'q': hideControl = true; break
      case 'show-control-chars': hideControl = false; break
      case 'S': sort = 'size'; break
      case 't': sort = 'time'; break
      case 'U': sort = 'none'; break
      case 'v': sort = 'version'; break
      case 'X': sort = 'extension'; break
      case 'sort': { const s = matchWord(value, SORTS); if (s === undefined) return bad('sort', SORTS); sort = s; break }
      case 'time': { const t = matchWord(value, TIMES); if (t === undefined) return bad('time', TIMES); time = t; timeGiven = true; break }
      case 'time-style': timeStyle = value; break
      case 'full-time': format = 'long'; timeStyle = 'full-iso'; break
      case 'format': { const f = matchWord(value, FORMATS); if (f === undefined) return bad('format', FORMATS); format = f; break }
      case 'color': {
        const when = arg === undefined ? 'always' : matchWord(arg, WHEN)
        if (when === undefined) return bad('color', WHEN)
        color = when === 'always' || (when === 'auto' && isTty)
        break
      }
      case 'w': if (!/^\d+$/.test(value)) return new BadArgument(`invalid line width: ‘${value}’`); width = Number(value); break
      case 'T': if (!/^\d+$/.test(value)) return new BadArgument(`invalid tab size: ‘${value}’`); tab = Number(value); break
      case 'zero': terminator = '\0'; if (format !== 'long') format = 'one'; quoting = 'literal'; hideControl = false; color = false; break
      default: on.add(opt)
    }
  }
  const chosen = format ?? (isTty ? 'columns' : 'one')
  const style = timeStyle.replace(/^posix-/, '')
  if (chosen === 'long' && !/^(full-iso|long-iso|iso|locale|\+.*)$/s.test(style)) return new BadArgument(`invalid argument ‘${timeStyle}’ for ‘time style’\n${TIME_STYLES}`, true)
  const fromEnv = /^\d+$/.test(env.get('COLUMNS') ?? '') ? Number(env.get('COLUMNS')) : 80
  return {
    format: chosen, hidden, ignore, hide, directory: on.has('d'), recursive: on.has('R'),
    deref: deref ?? (on.has('d') || indicator === 'classify' || chosen === 'long' ? 'never' : 'operands-to-dir'),
    order: { key: sort ?? (timeGiven && chosen !== 'long' ? 'time' : 'name'), time, reverse: on.has('r'), directoriesFirst: on.has('group-directories-first') },
    inode: on.has('i'), blocks: on.has('s'), context: on.has('Z'), owner: !on.has('g'), group: !on.has('G'), author: on.has('author'), numeric: on.has('n'),
    blockSize: block ?? kilo, fileSize, quoting, hideControl: hideControl ?? (isTty && env.get('QUOTING_STYLE') === undefined),
    indicator, color, width: width ?? at.columns ?? fromEnv, tab: color ? 0 : tab, timeStyle: style, terminator,
  }
}
