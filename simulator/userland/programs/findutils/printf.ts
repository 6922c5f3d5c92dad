// find -printf and -ls.
import { isErr } from '../../../abi/errno.ts'
import { isBlk, isChr, isDir, isLnk, major, minor } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { fileTypeLetter, modeString } from '../../../lib/filemode.ts'
import { strftime } from '../../libc/time.ts'
import { readlink, stat } from '../../libc/unistd.ts'
import type { Entry, Search } from './entry.ts'

type Piece = { readonly text: string } | { readonly flags: string; readonly letter: string; readonly sub: string } | { readonly stop: true }

const ESCAPES = new Map([['a', '\x07'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'], ['v', '\v'], ['\\', '\\']])

export function parseFormat(format: string): readonly Piece[] {
  const pieces: Piece[] = []
  const token = /\\([0-7]{1,3}|[^])|%([-+ #0]*\d*(?:\.\d+)?)([ABCT]([^])|[^])|[^\\%]+|[^]/g
  for (const [whole, escape, flags, directive, sub] of format.matchAll(token)) {
    if (escape === 'c') pieces.push({ stop: true })
    else if (escape !== undefined) pieces.push({ text: /^[0-7]/.test(escape) ? String.fromCharCode(parseInt(escape, 8)) : ESCAPES.get(escape) ?? whole })
    else if (directive === '%') pieces.push({ text: '%' })
    else if (directive !== undefined) pieces.push({ flags: flags ?? '', letter: directive[0], sub: sub ?? '' })
    else pieces.push({ text: whole })
  }
  return pieces
}

export function* formatEntry(s: Search, e: Entry, pieces: readonly Piece[]): Flow<string> {
  let out = ''
  for (const piece of pieces) {
    if ('stop' in piece) break
    if ('text' in piece) out += piece.text
    else out += pad(yield* directive(s, e, piece.letter, piece.sub), piece.flags)
  }
  return out
}

function pad(text: string, flags: string): string {
  const m = /^([-+ #0]*)(\d*)(?:\.(\d+))?$/.exec(flags)
  const cut = m?.[3] === undefined ? text : text.slice(0, Number(m[3]))
  const width = Number(m?.[2] || 0)
  return m?.[1].includes('-') ? cut.padEnd(width) : cut.padStart(width, m?.[1].includes('0') ? '0' : ' ')
}

const seconds = (ms: number): number => Math.floor(ms / 1000)
const ctime = (ms: number): string => strftime(`%a %b %e %H:%M:%S.${fraction(ms)} %Y`, seconds(ms))
const fraction = (ms: number): string => `${String(Math.floor((ms - seconds(ms) * 1000) * 1e6)).padStart(9, '0')}0`

function timeField(ms: number, letter: string): string {
  if (letter === '@') return `${seconds(ms)}.${fraction(ms)}`
  if (letter === '+') return strftime(`%Y-%m-%d+%H:%M:%S.${fraction(ms)}`, seconds(ms))
  if (letter === 'S') return `${strftime('%S', seconds(ms))}.${fraction(ms)}`
  if (letter === 'T' || letter === 'X') return `${strftime('%H:%M:%S', seconds(ms))}.${fraction(ms)}`
  return strftime(`%${letter}`, seconds(ms))
}

function* directive(s: Search, e: Entry, letter: string, sub: string): Flow<string> {
  const st = e.stat
  switch (letter) {
    case 'p': return e.path
    case 'f': return baseName(e.path)
    case 'h': return dirName(e.path)
    case 'P': return e.depth === 0 ? '' : e.path.slice(e.start.endsWith('/') ? e.start.length : e.start.length + 1)
    case 'H': return e.start
    case 'd': return String(e.depth)
    case 's': return String(st.size)
    case 'b': return String(st.blocks)
    case 'k': return String(Math.ceil(st.blocks / 2))
    case 'm': return (st.mode & 0o7777).toString(8)
    case 'M': return modeString(st.mode)
    case 'u': return (yield* s.names.user(st.uid)) ?? String(st.uid)
    case 'g': return (yield* s.names.group(st.gid)) ?? String(st.gid)
    case 'U': return String(st.uid)
    case 'G': return String(st.gid)
    case 'i': return String(st.ino)
    case 'n': return String(st.nlink)
    case 'D': return String(st.dev)
    case 'F': return s.device.get(st.dev) ?? 'unknown'
    case 'S': return st.size === 0 ? '1' : String((st.blocks * 512) / st.size)
    case 'y': return typeLetter(st.mode)
    case 'Y': {
      if (!isLnk(st.mode)) return typeLetter(st.mode)
      const target = yield* stat(e.path)
      return isErr(target) ? (target.name === 'ELOOP' ? 'L' : 'N') : typeLetter(target.mode)
    }
    case 'l': {
      const target = isLnk(st.mode) ? yield* readlink(e.path) : ''
      return isErr(target) ? '' : target
    }
    case 't': return ctime(st.mtime)
    case 'a': return ctime(st.atime)
    case 'c': return ctime(st.ctime)
    case 'T': return timeField(st.mtime, sub)
    case 'A': return timeField(st.atime, sub)
    case 'C': return timeField(st.ctime, sub)
    case 'B': return timeField(st.btime, sub)
    default: return `%${letter}`
  }
}

export const typeLetter = (mode: number): string => {
  const letter = fileTypeLetter(mode)
  return letter === '-' ? 'f' : letter
}

export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

export function dirName(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : slash === 0 ? '' : path.slice(0, slash)
}

/** The line of -ls. */
export function* longLine(s: Search, e: Entry): Flow<string> {
  const st = e.stat
  const owner = ((yield* s.names.user(st.uid)) ?? String(st.uid)).padEnd(8)
  const group = ((yield* s.names.group(st.gid)) ?? String(st.gid)).padEnd(8)
  const size = isChr(st.mode) || isBlk(st.mode) ? `${String(major(st.rdev)).padStart(3)}, ${String(minor(st.rdev)).padStart(3)}` : String(st.size).padStart(8)
  const recent = s.now - st.mtime / 1000 < 15778476 && st.mtime / 1000 <= s.now + 60
  const time = strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', seconds(st.mtime))
  const target = isLnk(st.mode) ? yield* readlink(e.path) : undefined
  const arrow = target === undefined || isErr(target) ? '' : ` -> ${target}`
  return `${String(st.ino).padStart(9)} ${String(Math.ceil(st.blocks / 2)).padStart(6)} ${modeString(st.mode)} ${String(st.nlink).padStart(3)} ${owner} ${group} ${size} ${time} ${e.path}${arrow}\n`
}

export const isDirectory = (e: Entry): boolean => isDir(e.stat.mode)
