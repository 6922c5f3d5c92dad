// The backups that cp, mv, ln and install make of files they replace: -b, --backup[=CONTROL], -S SUFFIX (gnulib's backupfile).
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD } from '../../../abi/fcntl.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import type { LongOption } from '../../../lib/getopt.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { readDir } from '../../libc/unistd.ts'
import { baseName } from './path-names.ts'

export type BackupKind = 'none' | 'simple' | 'existing' | 'numbered'
export interface Backup {
  readonly kind: BackupKind
  readonly suffix: string
}
export const NO_BACKUP: Backup = { kind: 'none', suffix: '~' }

export const BACKUP_LONG = [{ name: 'backup', arg: 'optional' }, { name: 'suffix', arg: 'required', is: 'S' }] as const satisfies readonly LongOption[]

const KINDS: readonly (readonly [string, BackupKind])[] = [
  ['none', 'none'], ['off', 'none'], ['simple', 'simple'], ['never', 'simple'], ['existing', 'existing'], ['nil', 'existing'], ['numbered', 'numbered'], ['t', 'numbered'],
]

/** What the options given ask for; ends the program at an unknown CONTROL. */
export function* backupChoice(c: Crt, given: readonly { readonly opt: string; readonly arg?: string | undefined }[]): Flow<Backup> {
  const wanted = given.filter((o) => o.opt === 'b' || o.opt === 'backup' || o.opt === 'S')
  if (wanted.length === 0) return NO_BACKUP
  const suffix = given.findLast((o) => o.opt === 'S')?.arg ?? c.env.get('SIMPLE_BACKUP_SUFFIX') ?? '~'
  const control = given.findLast((o) => o.opt === 'backup' && o.arg !== undefined)?.arg
  const word = control ?? c.env.get('VERSION_CONTROL') ?? 'existing'
  const matches = new Set(KINDS.filter(([name]) => name === word || name.startsWith(word)).map(([, kind]) => kind))
  const exact = KINDS.find(([name]) => name === word)
  const kind = exact?.[1] ?? (matches.size === 1 ? [...matches][0] : undefined)
  if (kind !== undefined) return { kind, suffix }
  yield* warn(c, `${matches.size > 1 ? 'ambiguous' : 'invalid'} argument ${quote(word)} for ${quote(control === undefined ? '$VERSION_CONTROL' : 'backup type')}`)
  const lists = ['none', 'simple', 'existing', 'numbered'].map((k) => `  - ${KINDS.filter(([, of]) => of === k).map(([name]) => quote(name)).join(', ')}\n`)
  yield* c.stderr.write(`Valid arguments are:\n${lists.join('')}Try '${c.name} --help' for more information.\n`)
  return exit(1)
}

function* highestNumber(path: string): Flow<number> {
  const base = baseName(path)
  const dir = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
  const names = yield* readDir(dir)
  const numbers = (isErr(names) ? [] : names).map(({ name }) => (name.startsWith(`${base}.~`) ? /^(\d+)~$/.exec(name.slice(base.length + 2)) : null))
  return Math.max(0, ...numbers.map((m) => Number(m?.[1] ?? 0)))
}

/** Renames the file out of the way: the name it has now, undefined where none is wanted. */
export function* makeBackup(c: Crt, backup: Backup, path: string): Flow<string | Errno | undefined> {
  if (backup.kind === 'none') return undefined
  const highest = backup.kind === 'simple' ? 0 : yield* highestNumber(path)
  const name = backup.kind === 'numbered' || highest > 0 ? `${path}.~${highest + 1}~` : `${path}${backup.suffix}`
  const renamed = yield* call('renameat2', AT_FDCWD, path, AT_FDCWD, name, 0)
  if (!isErr(renamed)) return name
  yield* warn(c, `cannot backup ${quoteaf(path)}`, renamed)
  return renamed
}

/** What -v adds. */
export const backupNote = (name: string | undefined): string => (name === undefined ? '' : ` (backup: ${quoteaf(name)})`)
