// ps(1)'s three option styles: UNIX (-e), BSD (aux) and GNU (--pid). Words are read the UNIX way first; if that fails, once more the BSD way.
import { COLUMNS } from './columns.ts'

/** What belongs to a row's column as asked for on the command line. */
export interface FormatItem {
  readonly name: string
  readonly header?: string
  readonly width?: number
}
export interface SortKey {
  readonly name: string
  readonly descending: boolean
}
export type Selector = 'pid' | 'ppid' | 'command' | 'euser' | 'ruser' | 'egroup' | 'rgroup' | 'session' | 'tty' | 'sessionOrGroup'

export interface PsOptions {
  all: boolean
  readonly simple: Set<'U_a' | 'U_d' | 'B_a' | 'B_x' | 'B_g'>
  readonly lists: { readonly kind: Selector; readonly values: readonly string[] }[]
  quick: boolean
  ownTty: boolean
  runningOnly: boolean
  negate: boolean
  bsd: boolean
  /** the letters of predefined formats seen: f F j l for UNIX, b-prefixed for BSD */
  readonly formats: Set<string>
  /** -y, -c, -L, -T, -P, -M */
  readonly modifiers: Set<string>
  readonly items: FormatItem[]
  /** -O: inserted into the default columns */
  readonly inserted: FormatItem[]
  readonly sort: SortKey[]
  forest: 'none' | 'art' | 'indent'
  header: 'auto' | 'none'
  cols: number | undefined
  wide: number
  numeric: boolean
  environment: boolean
  commandName: boolean
  cumulative: boolean
  /** -V, --help [section], L: print and leave */
  action: { readonly kind: 'version' | 'list' } | { readonly kind: 'help'; readonly section: string | undefined } | undefined
  /** A real option that has no simulation here. */
  unsimulated: string | undefined
}

export class PsError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

function fresh(bsd: boolean): PsOptions {
  return {
    all: false, simple: new Set(), lists: [], quick: false, ownTty: false, runningOnly: false, negate: false, bsd, formats: new Set(), modifiers: new Set(), items: [],
    inserted: [], sort: [], forest: 'none', header: 'auto', cols: undefined, wide: 0, numeric: false, environment: false, commandName: false, cumulative: false,
    action: undefined, unsimulated: undefined,
  }
}

/** Checks user, group and terminal names of a list; throws PsError. */
export type ListCheck = (kind: Selector, value: string) => void

/** The options in `argv`, or the message ps prints after `error: `. */
export function parsePsOptions(argv: readonly string[], check: ListCheck): PsOptions | { readonly error: string } {
  const attempt = (bsd: boolean): PsOptions | PsError => {
    try {
      return new Parser(argv.slice(1), check, bsd).parse()
    } catch (thrown) {
      if (thrown instanceof PsError) return thrown
      throw thrown
    }
  }
  const unix = attempt(false)
  if (!(unix instanceof PsError)) return unix
  const bsd = attempt(true)
  return bsd instanceof PsError ? { error: unix.message } : bsd
}

/** AIX's descriptors, as in `%p %a`: the column, and the heading where it is another. */
const AIX_FIELDS: ReadonlyMap<string, FormatItem> = new Map<string, FormatItem>([
  ['C', { name: 'pcpu' }], ['G', { name: 'group' }], ['P', { name: 'ppid' }], ['U', { name: 'user' }], ['a', { name: 'args' }], ['c', { name: 'comm' }], ['g', { name: 'rgroup' }],
  ['n', { name: 'nice' }], ['p', { name: 'pid' }], ['r', { name: 'pgid' }], ['t', { name: 'etime' }], ['u', { name: 'ruser' }], ['x', { name: 'time' }], ['y', { name: 'tname' }], ['z', { name: 'vsz' }],
])

function parseAixFormat(text: string): FormatItem[] {
  const items: FormatItem[] = []
  for (let i = 0; i < text.length; i++) {
    if (/[ ,\t\n]/.test(text[i])) continue
    if (text[i] !== '%') throw new PsError('improper AIX field descriptor')
    const letter = text[++i]
    if (letter === undefined || letter === '%') throw new PsError('missing AIX field descriptor')
    const item = AIX_FIELDS.get(letter)
    if (item === undefined) throw new PsError('unknown AIX field descriptor')
    items.push(item)
  }
  return items
}

/** `pid,ppid=PARENT,user:20`: blanks and commas separate. */
export function parseFormat(text: string): FormatItem[] {
  if (text.includes('%') && !/^%?(cpu|mem)\b|[ ,]%(cpu|mem)\b/.test(text)) return parseAixFormat(text)
  const items: FormatItem[] = []
  const words = text.split(/[ ,\t\n]+/).filter((w) => w !== '')
  if (words.length === 0) throw new PsError('format specification must follow -o')
  for (const word of words) {
    const eq = word.indexOf('=')
    const spec = eq < 0 ? word : word.slice(0, eq)
    const colon = spec.indexOf(':')
    const name = colon < 0 ? spec : spec.slice(0, colon)
    const digits = colon < 0 ? undefined : spec.slice(colon + 1)
    if (digits !== undefined && !/^\d+$/.test(digits)) throw new PsError('column widths must be unsigned decimal numbers')
    if (digits !== undefined && Number(digits) === 0) throw new PsError('column widths must be unsigned decimal numbers')
    if (!COLUMNS.has(name)) throw new PsError(`unknown user-defined format specifier "${name}"`)
    items.push({ name, ...(eq < 0 ? {} : { header: word.slice(eq + 1) }), ...(digits === undefined ? {} : { width: Number(digits) }) })
  }
  return items
}

export function parseSort(text: string): SortKey[] {
  const keys: SortKey[] = []
  for (const word of text.split(',')) {
    const name = word.replace(/^[-+]/, '')
    if (!COLUMNS.has(name)) throw new PsError('unknown sort specifier')
    keys.push({ name, descending: word.startsWith('-') })
  }
  return keys
}

const LIST_LETTERS = new Map<string, readonly [Selector, string]>([
  ['C', ['command', 'list of command names must follow -C']], ['G', ['rgroup', 'list of real groups must follow -G']],
  ['U', ['ruser', 'list of real users must follow -U']], ['g', ['sessionOrGroup', 'list of session leaders OR effective group names must follow -g']],
  ['p', ['pid', 'list of process IDs must follow -p']], ['q', ['pid', 'list of process IDs must follow -q']],
  ['s', ['session', 'list of session IDs must follow -s']], ['t', ['tty', 'list of terminals (pty, tty...) must follow -t']],
  ['u', ['euser', 'list of users must follow -u']],
])
const LONG_LISTS = new Map<string, readonly [Selector, string]>([
  ['pid', ['pid', 'list of process IDs must follow --pid']], ['quick-pid', ['pid', 'list of process IDs must follow --quick-pid']],
  ['ppid', ['ppid', 'list of process IDs must follow --ppid']], ['sid', ['session', 'some sid thing(s) must follow --sid']],
  ['tty', ['tty', 'list of ttys must follow --tty']], ['user', ['euser', 'list of user IDs must follow --user']], ['User', ['ruser', 'list of real users must follow --User']],
  ['group', ['egroup', 'list of effective groups must follow --group']], ['Group', ['rgroup', 'list of real groups must follow --Group']],
])

class Parser {
  readonly #words: readonly string[]
  readonly #check: ListCheck
  readonly #forceBsd: boolean
  readonly #o: PsOptions
  #at = 0

  constructor(words: readonly string[], check: ListCheck, forceBsd: boolean) {
    this.#words = words
    this.#check = check
    this.#forceBsd = forceBsd
    this.#o = fresh(forceBsd)
  }

  parse(): PsOptions {
    for (; this.#at < this.#words.length && this.#o.action === undefined; this.#at++) {
      const word = this.#words[this.#at]
      if (word === '') continue
      if (word.startsWith('--')) this.#long(word.slice(2))
      else if (/^-?[0-9]/.test(word)) this.#bareList(word)
      else if (word.startsWith('-') && word.length > 1 && !this.#forceBsd) this.#unix(word.slice(1))
      else this.#bsd(word.replace(/^-/, ''))
    }
    const o = this.#o
    if (o.modifiers.has('y') && !o.formats.has('l') && o.action === undefined) throw new PsError('modifier -y without format -l makes no sense')
    if (o.simple.has('B_a') && (o.simple.has('U_a') || o.simple.has('U_d'))) throw new PsError('process selection options conflict')
    return o
  }

  /** The rest of this word or the next one. */
  #argument(rest: string, missing: string): string {
    const value = rest !== '' ? rest : this.#words[++this.#at]
    if (value === undefined || value === '') throw new PsError(missing)
    return value
  }

  #addList(kind: Selector, text: string): void {
    const separators = kind === 'command' ? /,/ : /[ ,\t]/
    const values = text.split(separators)
    if (values.some((v) => v === '')) throw new PsError('improper list')
    if (kind === 'pid' || kind === 'ppid') {
      for (const v of values) {
        if (!/^\d+$/.test(v)) throw new PsError('process ID list syntax error')
        if (Number(v) < 1 || Number(v) > 0x7fffffff) throw new PsError('process ID out of range')
      }
    }
    for (const v of values) this.#check(kind, v)
    this.#o.lists.push({ kind, values: kind === 'command' ? values.map((v) => v.trim()) : values })
  }

  #bareList(word: string): void {
    this.#o.bsd = true
    if (word.startsWith('-')) this.#addList('session', word.slice(1))
    else this.#addList('pid', word)
  }

  #unix(cluster: string): void {
    const o = this.#o
    for (let i = 0; i < cluster.length; i++) {
      const letter = cluster[i]
      const rest = cluster.slice(i + 1)
      const list = LIST_LETTERS.get(letter)
      if (list !== undefined) {
        const text = this.#argument(rest, list[1])
        // further words that are no options belong to the list as well
        if (letter === 'q') o.quick = true
        return this.#addList(list[0], text)
      }
      switch (letter) {
        case 'A': case 'e': o.all = true; break
        case 'a': o.simple.add('U_a'); break
        case 'd': o.simple.add('U_d'); break
        case 'N': o.negate = true; break
        case 'f': case 'F': case 'j': case 'l': o.formats.add(letter); break
        case 'H': o.forest = 'indent'; break
        case 'y': case 'c': case 'L': case 'T': case 'P': case 'M': o.modifiers.add(letter); break
        case 'Z': o.modifiers.add('M'); break
        case 'm': o.unsimulated = 'option -m'; break
        case 'n': this.#argument(rest, 'alternate System.map file must follow -n'); return
        case 'o': o.items.push(...parseFormat(this.#argument(rest, 'format specification must follow -o'))); return
        case 'O': o.inserted.push(...parseFormat(this.#argument(rest, 'format or sort specification must follow -O'))); return
        case 'w': o.wide++; break
        case 'V': o.action = { kind: 'version' }; return
        case 'x': throw new PsError('must set personality to get -x option')
        case '-': throw new PsError('embedded \'-\' among SysV options makes no sense')
        default: throw new PsError('unsupported SysV option')
      }
    }
  }

  #bsd(cluster: string): void {
    const o = this.#o
    o.bsd = true
    for (let i = 0; i < cluster.length; i++) {
      const letter = cluster[i]
      const rest = cluster.slice(i + 1)
      switch (letter) {
        case 'a': o.simple.add('B_a'); break
        case 'x': o.simple.add('B_x'); break
        case 'g': o.simple.add('B_g'); break
        case 'r': o.runningOnly = true; break
        case 'T': o.ownTty = true; break
        case 'e': o.environment = true; break
        case 'c': o.commandName = true; break
        case 'n': o.numeric = true; break
        case 'S': o.cumulative = true; break
        case 'h': o.header = 'none'; break
        case 'w': o.wide++; break
        case 'f': o.forest = 'art'; break
        case 'j': case 'l': case 's': case 'u': case 'v': case 'X': o.formats.add(`b${letter}`); break
        case 'Z': o.modifiers.add('M'); break
        case 'H': case 'm': o.unsimulated = `option ${letter}`; break
        case 'L': o.action = { kind: 'list' }; return
        case 'V': o.action = { kind: 'version' }; return
        case 'o': o.items.push(...parseFormat(this.#argument(rest, 'format specification must follow o'))); return
        case 'O': return this.#sortOrFormat(this.#argument(rest, 'format or sort specification must follow O'))
        case 'k': o.sort.push(...parseSort(this.#argument(rest, 'long sort specification must follow \'k\''))); return
        case 'p': return this.#addList('pid', this.#argument(rest, 'list of process IDs must follow p'))
        case 'q': o.quick = true; return this.#addList('pid', this.#argument(rest, 'list of process IDs must follow q'))
        case 't': {
          const next = rest !== '' ? rest : this.#words[this.#at + 1]
          if (next === undefined || next.startsWith('-')) {
            o.ownTty = true
            break
          }
          return this.#addList('tty', this.#argument(rest, 'list of terminals (pty, tty...) must follow t'))
        }
        case 'U': o.simple.add('B_x'); o.simple.delete('B_x'); return this.#addList('euser', this.#argument(rest, 'list of users must follow U'))
        default:
          if (letter === '-') throw new PsError('embedded \'-\' among BSD options makes no sense')
          throw new PsError('unsupported option (BSD syntax)')
      }
    }
  }

  #sortOrFormat(text: string): void {
    if (text.split(',').every((w) => COLUMNS.has(w))) this.#o.inserted.push(...parseFormat(text))
    else this.#o.sort.push(...parseSort(text))
  }

  #long(text: string): void {
    const eq = text.indexOf('=')
    const name = eq < 0 ? text : text.slice(0, eq)
    const value = (missing: string): string => {
      const given = eq < 0 ? this.#words[++this.#at] : text.slice(eq + 1)
      if (given === undefined || given === '') throw new PsError(missing)
      return given
    }
    const o = this.#o
    const list = LONG_LISTS.get(name)
    if (list !== undefined) {
      if (name === 'quick-pid') o.quick = true
      return this.#addList(list[0], value(list[1]))
    }
    switch (name) {
      case 'cols': case 'columns': case 'width': {
        const n = value('number of columns must follow --cols, --width, or --columns')
        if (!/^\d+$/.test(n) || Number(n) === 0) throw new PsError('number of columns must follow --cols, --width, or --columns')
        o.cols = Number(n)
        return
      }
      case 'rows': case 'lines': value('number of rows must follow --rows or --lines'); return
      case 'cumulative': o.cumulative = true; return
      case 'deselect': o.negate = true; return
      case 'forest': o.forest = 'art'; return
      case 'format': o.items.push(...parseFormat(value('format specification must follow --format'))); return
      case 'headers': case 'heading': case 'headings': case 'header': o.header = 'auto'; return
      case 'no-headers': case 'no-header': case 'noheaders': case 'noheader': case 'no-heading': case 'no-headings': case 'noheading': case 'noheadings': o.header = 'none'; return
      case 'sort': o.sort.push(...parseSort(value('long sort specification must follow --sort'))); return
      case 'context': o.modifiers.add('M'); return
      case 'version': o.action = { kind: 'version' }; return
      case 'help': o.action = { kind: 'help', section: eq < 0 ? this.#words[this.#at + 1] : text.slice(eq + 1) }; return
      case 'info': o.unsimulated = 'option --info'; return
      default: throw new PsError('unknown gnu long option')
    }
  }
}
