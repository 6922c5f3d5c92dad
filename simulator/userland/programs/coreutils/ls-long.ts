// The lines of a listing: names with quotes, colours and indicators, and for -l the columns in front of them.
import { S_IFMT, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK, isBlk, isChr, isLnk, major, minor } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { fileTypeLetter, modeString } from '../../../lib/filemode.ts'
import { inBlocks } from '../../../lib/human.ts'
import { escapeText, questionMarks, quote, quoteC, quoteShell, quoteaf } from '../../../lib/quote.ts'
import { textWidth } from '../../../lib/width.ts'
import { strftime } from '../../libc/time.ts'
import type { IdNames } from '../../libc/pwd.ts'
import type { Colors } from './ls-color.ts'
import type { Cell } from './ls-columns.ts'
import type { Entry } from './ls-entry.ts'
import type { LsStyle } from './ls-options.ts'

const HALF_A_YEAR = 31556952 / 2

/** A name as the quoting style writes it. */
export function quoteName(name: string, style: LsStyle): string {
  switch (style.quoting) {
    case 'literal': return style.hideControl ? questionMarks(name) : name
    case 'shell': case 'shell-escape': return quoteShell(name)
    case 'shell-always': case 'shell-escape-always': return quoteaf(name)
    case 'c': return quoteC(name)
    case 'escape': return escapeText(name, ' ')
    case 'locale': return quote(name)
    case 'clocale': return quoteC(name)
    case 'c-maybe': return /["\\]|[^ -~]/.test(name) ? quoteC(name) : name
  }
}

/** True if some name got quotes that others lack: those are then moved one cell to the right, so that letters stand under letters. */
export const needsAlignment = (entries: readonly Entry[], style: LsStyle): boolean =>
  /^shell(-escape)?$/.test(style.quoting) && /^(long|columns|across)$/.test(style.format) && style.width > 0 && entries.some((e) => /^['"]/.test(quoteShell(e.name)))

function indicatorOf(mode: number, style: LsStyle): string {
  if (style.indicator === 'none') return ''
  const type = mode & S_IFMT
  if (type === S_IFDIR) return '/'
  if (style.indicator === 'slash') return ''
  if (type === S_IFREG) return style.indicator === 'classify' && mode & 0o111 ? '*' : ''
  return type === S_IFLNK ? '@' : type === S_IFIFO ? '|' : type === S_IFSOCK ? '=' : ''
}

interface Widths {
  readonly inode: number
  readonly blocks: number
  readonly nlink: number
  readonly owner: number
  readonly group: number
  readonly size: number
  readonly major: number
  readonly minor: number
}

interface Texts {
  readonly entry: Entry
  readonly inode: string
  readonly blocks: string
  readonly nlink: string
  readonly owner: string
  readonly group: string
  readonly size: string
}

export class Lister {
  readonly #style: LsStyle
  readonly #colors: Colors | undefined
  readonly #names: IdNames
  readonly #now: number
  readonly #fixed: boolean

  /** `now` in seconds since 1970: older files show their year instead of the time. `fixed`: the columns of -l have BusyBox's widths. */
  constructor(style: LsStyle, colors: Colors | undefined, names: IdNames, now: number, fixed = false) {
    this.#fixed = fixed
    this.#style = style
    this.#colors = colors
    this.#names = names
    this.#now = now
  }

  /** One cell for each entry of a listing: everything of its line but the line's end. Its columns are wide enough for `unlisted` too. */
  *cells(entries: readonly Entry[], unlisted: readonly Entry[] = []): Flow<readonly Cell[]> {
    const texts: Texts[] = []
    for (const entry of [...entries, ...unlisted]) texts.push(yield* this.#texts(entry))
    const max = (of: (t: Texts) => number): number => texts.reduce((most, t) => Math.max(most, of(t)), 0)
    const devices = texts.filter(({ entry }) => entry.st !== undefined && (isChr(entry.st.mode) || isBlk(entry.st.mode)))
    const widest = (of: (rdev: number) => number): number => devices.reduce((most, { entry }) => Math.max(most, String(of(entry.st?.rdev ?? 0)).length), 0)
    const widths: Widths = {
      inode: max((t) => t.inode.length), blocks: max((t) => t.blocks.length), nlink: max((t) => t.nlink.length), owner: max((t) => textWidth(t.owner)),
      group: max((t) => textWidth(t.group)), size: max((t) => t.size.length), major: widest(major), minor: widest(minor),
    }
    const align = needsAlignment([...entries, ...unlisted], this.#style)
    return texts.slice(0, entries.length).map((t) => this.#cell(t, widths, align))
  }

  *#texts(entry: Entry): Flow<Texts> {
    const { st } = entry
    const style = this.#style
    if (st === undefined) return { entry, inode: entry.ino === 0 ? '?' : String(entry.ino), blocks: '?', nlink: '?', owner: '?', group: '?', size: '?' }
    const long = style.format === 'long'
    const owner = long && !style.numeric ? yield* this.#names.user(st.uid) : undefined
    const group = long && !style.numeric ? yield* this.#names.group(st.gid) : undefined
    return {
      entry, inode: String(st.ino), blocks: inBlocks(st.blocks * 512, style.blockSize), nlink: String(st.nlink),
      owner: owner ?? String(st.uid), group: group ?? String(st.gid),
      size: isChr(st.mode) || isBlk(st.mode) ? '' : inBlocks(st.size, style.fileSize),
    }
  }

  #cell(t: Texts, w: Widths, align: boolean): Cell {
    const style = this.#style
    const mode = t.entry.st?.mode ?? t.entry.type
    const table = style.format === 'long' || style.format === 'one' || style.format === 'columns' || style.format === 'across'
    let text = ''
    if (style.inode) text += `${table ? t.inode.padStart(w.inode) : t.inode} `
    if (style.blocks) text += `${table ? t.blocks.padStart(w.blocks) : t.blocks} `
    if (style.format === 'long') text += this.#long(t, w)
    else if (style.context) text += '? '
    const quoted = quoteName(t.entry.name, style)
    const pad = align && !/^['"]/.test(quoted) ? ' ' : ''
    const dangling = isLnk(mode) && t.entry.targetMode === undefined
    let name = this.#colors?.paint(quoted, t.entry.name, mode, dangling) ?? quoted
    let visible = text + pad + quoted
    if (style.format === 'long' && t.entry.target !== undefined) {
      const target = quoteName(t.entry.target, style)
      const targetMode = t.entry.targetMode
      const painted = targetMode === undefined ? target : this.#colors?.paint(target, t.entry.target, targetMode, false) ?? target
      name += ` -> ${painted}${targetMode === undefined ? '' : indicatorOf(targetMode, style)}`
    } else {
      const indicator = indicatorOf(mode, style)
      name += indicator
      visible += indicator
    }
    return { text: text + pad + name, width: textWidth(visible) }
  }

  #long(t: Texts, w: Widths): string {
    const style = this.#style
    const { st, type } = t.entry
    const modes = st === undefined ? `${fileTypeLetter(type)}?????????` : modeString(st.mode)
    if (this.#fixed) return this.#fixedLong(t, modes)
    const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)))
    const id = (text: string, width: number): string => `${/^\d+$/.test(text) ? text.padStart(width) : pad(text, width)} `
    const owners = (style.owner ? id(t.owner, w.owner) : '') + (style.group ? id(t.group, w.group) : '') + (style.author ? id(t.owner, w.owner) : '') +
      (style.context ? '? ' : '')
    const sizeWidth = w.major > 0 ? Math.max(w.size, w.major + 2 + w.minor) : w.size
    let size = t.size.padStart(sizeWidth)
    if (st !== undefined && (isChr(st.mode) || isBlk(st.mode))) size = `${`${String(major(st.rdev)).padStart(w.major)}, ${String(minor(st.rdev)).padStart(w.minor)}`.padStart(sizeWidth)}`
    return `${modes} ${t.nlink.padStart(w.nlink)} ${owners}${size} ${this.#time(st?.[style.order.time])} `
  }

  #fixedLong(t: Texts, modes: string): string {
    const style = this.#style
    const { st } = t.entry
    const isDevice = st !== undefined && (isChr(st.mode) || isBlk(st.mode))
    const size = isDevice ? `${String(major(st.rdev)).padStart(4)}, ${String(minor(st.rdev)).padStart(3)}` : t.size.padStart(9)
    const owners = (style.owner ? `${t.owner.slice(0, 8).padEnd(8)} ` : '') + (style.group ? `${t.group.slice(0, 8).padEnd(8)} ` : '')
    return `${modes} ${t.nlink.padStart(4)} ${owners}${size} ${this.#time(st?.[style.order.time])} `
  }

  #time(milliseconds: number | undefined): string {
    if (milliseconds === undefined) return '?'.padStart(this.#format(0).length)
    return this.#format(milliseconds / 1000)
  }

  #format(time: number): string {
    const recent = time <= this.#now && time > this.#now - HALF_A_YEAR
    const seconds = Math.floor(time)
    const nanoseconds = Math.round((time - seconds) * 1e9)
    const { timeStyle } = this.#style
    if (timeStyle.startsWith('+')) {
      const [old, fresh = old] = timeStyle.slice(1).split('\n')
      return strftime(recent ? fresh : old, seconds, nanoseconds)
    }
    switch (timeStyle) {
      case 'full-iso': return strftime('%Y-%m-%d %H:%M:%S.%N %z', seconds, nanoseconds)
      case 'long-iso': return strftime('%Y-%m-%d %H:%M', seconds)
      case 'iso': return strftime(recent ? '%m-%d %H:%M' : '%Y-%m-%d ', seconds)
      default: return strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', seconds)
    }
  }
}
