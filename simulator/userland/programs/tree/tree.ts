// tree(1) 2.1.0: directories as a drawing. The common options; -J, -X, -H, -o and colors are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { isDir, isLnk, isReg, isSock, isFifo, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { modeString } from '../../../lib/filemode.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { humanSize } from '../../../lib/human.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { strftime } from '../../libc/time.ts'
import { lstat, readDir, readlink } from '../../libc/unistd.ts'

const USAGE = `usage: tree [-acdfghilnpqrstuvxACDFJQNSUX] [-L level [-R]] [-H  baseHREF]
\t[-T title] [-o filename] [-P pattern] [-I pattern] [--gitignore]
\t[--gitfile[=]file] [--matchdirs] [--metafirst] [--ignore-case]
\t[--nolinks] [--hintro[=]file] [--houtro[=]file] [--inodes] [--device]
\t[--sort[=]<name>] [--dirsfirst] [--filesfirst] [--filelimit #] [--si]
\t[--du] [--prune] [--charset[=]X] [--timefmt[=]format] [--fromfile]
\t[--fflinks] [--info] [--infofile[=]file] [--noreport] [--version]
\t[--help] [--] [directory ...]
`

interface Options {
  readonly flags: Set<string>
  depth: number
  readonly include: string[]
  readonly exclude: string[]
  ascii: boolean
}
interface Item {
  readonly name: string
  readonly path: string
  readonly stat: Stat
}
interface Count {
  directories: number
  files: number
  failed: boolean
}

export function* tree(c: Crt): Flow<number> {
  const o: Options = { flags: new Set(), depth: Infinity, include: [], exclude: [], ascii: !/utf-?8/i.test(c.env.get('LC_ALL') || c.env.get('LC_CTYPE') || c.env.get('LANG') || '') }
  const roots: string[] = []
  for (let i = 1; i < c.argv.length; i++) {
    const word = c.argv[i]
    if (!word.startsWith('-') || word === '-') {
      roots.push(word)
      continue
    }
    if (word === '--version') {
      yield* c.stdout.write('tree v2.1.0 © 1996 - 2022 by Steve Baker, Thomas Moore, Francesc Rocher, Florian Sesser, Kyosuke Tokoro\n')
      return 0
    }
    if (word === '--help') {
      yield* c.stdout.write(USAGE)
      return 0
    }
    if (word.startsWith('--')) {
      if (['--dirsfirst', '--noreport', '--filesfirst', '--prune', '--si'].includes(word)) o.flags.add(word)
      else if (word.startsWith('--charset')) o.ascii = !/utf-?8/i.test(word)
      else return yield* unsimulated(c, `option ${word}`)
      continue
    }
    for (const letter of word.slice(1)) {
      if ('JXHTRoC'.includes(letter)) return yield* unsimulated(c, `option -${letter}`)
      if (letter === 'L') {
        o.depth = Number(c.argv[++i])
        if (!(o.depth > 0)) {
          yield* c.stderr.write('tree: Invalid level, must be greater than 0.\n')
          return 1
        }
      } else if (letter === 'P') o.include.push(...(c.argv[++i] ?? '').split('|'))
      else if (letter === 'I') o.exclude.push(...(c.argv[++i] ?? '').split('|'))
      else if (!'acdfghilnpqrstuvxADFQNSU'.includes(letter)) {
        yield* c.stderr.write(`tree: Invalid argument -\`${letter}'.\n${USAGE}`)
        return 1
      } else o.flags.add(letter)
    }
  }
  const count: Count = { directories: 0, files: 0, failed: false }
  const names = new IdNames()
  for (const root of roots.length > 0 ? roots : ['.']) {
    const st = yield* lstat(root)
    if (isErr(st)) {
      yield* c.stdout.write(`${root}  [error opening dir]\n`)
      count.failed = true
      continue
    }
    const info = yield* details({ name: root, path: root, stat: st }, o, names)
    const readable = isDir(st.mode) || isLnk(st.mode) ? yield* readDir(root) : undefined
    if (readable === undefined || isErr(readable)) {
      yield* c.stdout.write(`${info}${root}  [error opening dir]\n`)
      if (isDir(st.mode)) count.failed = true
      else count.files++
      continue
    }
    count.directories++
    yield* c.stdout.write(`${info}${root}${o.flags.has('F') && !root.endsWith('/') ? '/' : ''}\n`)
    yield* branch(c, root, '', 1, o, names, count)
  }
  if (!o.flags.has('--noreport')) {
    const directories = `${count.directories} director${count.directories === 1 ? 'y' : 'ies'}`
    yield* c.stdout.write(`\n${directories}${o.flags.has('d') ? '' : `, ${count.files} file${count.files === 1 ? '' : 's'}`}\n`)
  }
  return count.failed ? 2 : 0
}

function* list(directory: string, o: Options): Flow<readonly Item[] | undefined> {
  const entries = yield* readDir(directory)
  if (isErr(entries)) return undefined
  const items: Item[] = []
  for (const { name } of entries) {
    if (name === '.' || name === '..' || (name.startsWith('.') && !o.flags.has('a'))) continue
    const path = directory.endsWith('/') ? directory + name : `${directory}/${name}`
    const st = yield* lstat(path)
    if (isErr(st) || (o.flags.has('d') && !isDir(st.mode))) continue
    if (o.exclude.some((glob) => fnmatch(glob, name))) continue
    if (o.include.length > 0 && !isDir(st.mode) && (isLnk(st.mode) || !o.include.some((glob) => fnmatch(glob, name)))) continue
    items.push({ name, path, stat: st })
  }
  if (o.flags.has('U')) return items
  items.sort((a, b) => (o.flags.has('t') ? b.stat.mtime - a.stat.mtime : o.flags.has('S') ? b.stat.size - a.stat.size : 0) || (a.name < b.name ? -1 : 1))
  if (o.flags.has('r')) items.reverse()
  if (o.flags.has('--dirsfirst') || o.flags.has('--filesfirst')) {
    const first = o.flags.has('--dirsfirst')
    items.sort((a, b) => Number(isDir(b.stat.mode) === first) - Number(isDir(a.stat.mode) === first))
  }
  return items
}

/** With --prune: does anything remain below? */
function* isEmpty(item: Item, o: Options): Flow<boolean> {
  if (!isDir(item.stat.mode)) return false
  for (const child of (yield* list(item.path, o)) ?? []) if (!(yield* isEmpty(child, o))) return false
  return true
}

function* branch(c: Crt, directory: string, indent: string, level: number, o: Options, names: IdNames, count: Count): Flow<void> {
  if (level > o.depth) return
  const all = (yield* list(directory, o)) ?? []
  const items: Item[] = []
  for (const item of all) if (!o.flags.has('--prune') || !(yield* isEmpty(item, o))) items.push(item)
  for (const [i, item] of items.entries()) {
    const last = i === items.length - 1
    const [tee, elbow, bar] = o.ascii ? ['|-- ', '`-- ', '|   '] : ['├── ', '└── ', '│\u00a0\u00a0 ']
    const directoryItem = isDir(item.stat.mode)
    if (directoryItem) count.directories++
    else count.files++
    const target = isLnk(item.stat.mode) ? yield* readlink(item.path) : undefined
    const arrow = target === undefined || isErr(target) ? '' : ` -> ${target}`
    const below = directoryItem && level < o.depth ? yield* readDir(item.path) : undefined
    const problem = below !== undefined && isErr(below) ? '  [error opening dir]' : ''
    if (problem !== '') count.failed = true
    const shown = o.flags.has('f') ? item.path : item.name
    const mark = o.flags.has('F') ? indicator(item.stat) : ''
    const name = o.flags.has('Q') ? `"${shown}"` : shown
    yield* c.stdout.write(`${o.flags.has('i') ? '' : indent + (last ? elbow : tee)}${yield* details(item, o, names)}${name}${mark}${arrow}${problem}\n`)
    if (directoryItem) yield* branch(c, item.path, indent + (last ? '    ' : bar), level + 1, o, names, count)
  }
}

const indicator = (st: Stat): string => (isDir(st.mode) ? '/' : isSock(st.mode) ? '=' : isFifo(st.mode) ? '|' : isReg(st.mode) && (st.mode & 0o111) !== 0 ? '*' : '')

/** The bracket before a name: what -p -u -g -s -h -D ask for. */
function* details(item: Item, o: Options, names: IdNames): Flow<string> {
  const st = item.stat
  const parts: string[] = []
  if (o.flags.has('p')) parts.push(modeString(st.mode))
  if (o.flags.has('u')) parts.push(((yield* names.user(st.uid)) ?? String(st.uid)).padEnd(8))
  if (o.flags.has('g')) parts.push(((yield* names.group(st.gid)) ?? String(st.gid)).padEnd(8))
  if (o.flags.has('h')) parts.push(humanSize(st.size).padStart(4))
  else if (o.flags.has('s')) parts.push(String(st.size).padStart(11))
  if (o.flags.has('D')) parts.push(strftime('%b %e %H:%M', Math.floor(st.mtime / 1000)))
  return parts.length === 0 ? '' : `[${parts.join(' ')}]  `
}
