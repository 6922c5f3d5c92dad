// Which columns ps prints: the predefined formats of UNIX and BSD and how -O, -L, -P, -c, -y and -M change them (procps' sortformat.c).
import type { FormatItem, PsOptions } from './ps-options.ts'
import { PsError } from './ps-options.ts'

const of = (names: string): FormatItem[] => names.split(' ').map((name) => ({ name }))

const UNIX_FORMATS = new Map<string, string>([
  ['', 'pid tname time ucmd'],
  ['f', 'uid_hack pid ppid c stime tname time cmd'],
  ['F', 'uid_hack pid ppid c sz rss psr stime tname time cmd'],
  ['l', 'f s uid pid ppid c opri ni addr_1 sz wchan tname time ucmd'],
  ['fl', 'f s uid_hack pid ppid c opri ni addr_1 sz wchan stime tname time cmd'],
  ['j', 'pid pgid sid tname time ucmd'],
  ['fj', 'uid_hack pid ppid pgid sid c stime tname time cmd'],
  ['jl', 'f s uid pid ppid pgid sid c opri ni addr_1 sz wchan tname time ucmd'],
  ['fjl', 'f s uid_hack pid ppid pgid sid c opri ni addr_1 sz wchan stime tname time cmd'],
])
const BSD_FORMATS = new Map<string, string>([
  ['', 'pid tname stat bsdtime args'],
  ['bj', 'ppid pid pgid sid tname tpgid stat uid bsdtime args'],
  ['bl', 'f uid pid ppid pri ni vsz rss wchan stat tname bsdtime args'],
  ['bs', 'uid pid pending blocked ignored caught stat tname bsdtime args'],
  ['bu', 'user pid %cpu %mem vsz rss tname stat start_time bsdtime args'],
  ['bv', 'pid tname stat bsdtime maj_flt trs drs rss %mem args'],
  ['bX', 'pid stackp esp eip tmout alarm stat tname bsdtime args'],
])

/** The columns to print. */
export function chooseFormat(o: PsOptions): readonly FormatItem[] {
  if (o.items.length > 0) return o.items
  if (o.inserted.length > 0) return [...of('pid'), ...o.inserted, ...of('s tname time command')]
  const bsdFormats = [...o.formats].filter((f) => f.startsWith('b'))
  const unixFormats = [...o.formats].filter((f) => !f.startsWith('b'))
  if (bsdFormats.length > 1 || (bsdFormats.length > 0 && unixFormats.length > 0)) throw new PsError('conflicting format options')
  if (bsdFormats.length > 0 || (o.bsd && unixFormats.length === 0)) return withModifiers(of(BSD_FORMATS.get(bsdFormats[0] ?? '') ?? ''), o)
  if (unixFormats.includes('F')) return withModifiers(of(UNIX_FORMATS.get('F') ?? ''), o)
  return withModifiers(of(UNIX_FORMATS.get(unixFormats.sort().join('')) ?? UNIX_FORMATS.get('') ?? ''), o)
}

function withModifiers(columns: FormatItem[], o: PsOptions): FormatItem[] {
  const out: FormatItem[] = []
  const after = (name: string, more: string): void => {
    const at = out.findIndex((c) => c.name === name)
    if (at >= 0) out.splice(at + 1, 0, ...of(more))
  }
  for (const column of columns) {
    if (o.modifiers.has('y') && column.name === 'f') continue
    if (o.modifiers.has('y') && column.name === 'addr_1') out.push({ name: 'rss' })
    else if (o.modifiers.has('c') && column.name === 'c') out.push({ name: 'cls' })
    else if (o.modifiers.has('c') && (column.name === 'ni' || column.name === 'opri')) {
      if (column.name === 'opri') out.push({ name: 'pri' })
    } else out.push(column)
  }
  if (o.modifiers.has('c') && !columns.some((x) => x.name === 'c')) after('pid', 'cls pri')
  if (o.modifiers.has('T')) after('pid', 'spid')
  if (o.modifiers.has('L')) {
    const anchor = out.some((x) => x.name === 'ppid') ? 'ppid' : 'pid'
    after(anchor, 'lwp')
    const c = out.findIndex((x) => x.name === 'c')
    if (c >= 0) out.splice(c + 1, 0, { name: 'nlwp' })
  }
  if (o.modifiers.has('P') && !out.some((x) => x.name === 'psr')) after(out.some((x) => x.name === 'c') ? 'c' : 'pid', 'psr')
  return o.modifiers.has('M') ? [...of('label'), ...out] : out
}
