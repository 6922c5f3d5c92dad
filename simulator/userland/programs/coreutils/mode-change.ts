// Modes as chmod(1), mkdir(1), install(1), mknod(1), mkfifo(1) and find(1) take them: octal, or symbolic as in u=rwx,go+X. gnulib's modechange.
import { S_ISGID, S_ISUID, S_ISVTX } from '../../../abi/stat.ts'

interface Change {
  readonly op: '+' | '-' | '='
  /** Bits of the users meant, 0 if none was named (then the umask decides). */
  readonly affected: number
  readonly value: number
  /** Bits the change talks about; set for octal modes. */
  readonly mentioned: number
  /** `X`: execute only for directories and files that someone may execute. */
  readonly conditional: boolean
  /** Copy the permissions of these users. */
  readonly copy: number
}

export type ModeChange = readonly Change[]

const USERS = new Map([['u', 0o4700], ['g', 0o2070], ['o', 0o1007], ['a', 0o7777]])
const ALL = 0o7777

/** Reads a mode; undefined if it is none. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]+$/.test(text)) {
    const value = Number.parseInt(text, 8)
    if (value > ALL) return undefined
    const mentioned = text.length < 5 ? (value & (S_ISUID | S_ISGID | S_ISVTX)) | 0o777 : ALL
    return [{ op: '=', affected: ALL, value, mentioned, conditional: false, copy: 0 }]
  }
  const changes: Change[] = []
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)((?:[-+=](?:[0-7]+|[ugo]|[rwxXst]*))+)$/.exec(clause)
    if (m === null) return undefined
    let affected = 0
    for (const user of m[1]) affected |= USERS.get(user) ?? 0
    for (const part of m[2].matchAll(/([-+=])([0-7]+|[ugo]|[rwxXst]*)/g)) {
      const change = parseOne(part[1] as Change['op'], part[2], affected)
      if (change === undefined) return undefined
      changes.push(change)
    }
  }
  return changes
}

function parseOne(op: Change['op'], permissions: string, affected: number): Change | undefined {
  if (/^[0-7]+$/.test(permissions)) {
    const value = Number.parseInt(permissions, 8)
    if (value > ALL || affected !== 0) return undefined
    return { op, affected: ALL, value, mentioned: ALL, conditional: false, copy: 0 }
  }
  if (/^[ugo]$/.test(permissions)) return { op, affected, value: 0, mentioned: 0, conditional: false, copy: USERS.get(permissions) ?? 0 }
  let value = 0
  for (const letter of permissions) {
    if (letter === 'r') value |= 0o444
    else if (letter === 'w') value |= 0o222
    else if (letter === 'x') value |= 0o111
    else if (letter === 's') value |= S_ISUID | S_ISGID
    else if (letter === 't') value |= S_ISVTX
  }
  return { op, affected, value, mentioned: 0, conditional: permissions.includes('X'), copy: 0 }
}

/** The mode after the changes. A directory keeps its setuid and setgid bits unless they are mentioned. */
export function applyMode(old: number, isDirectory: boolean, umask: number, changes: ModeChange): number {
  let mode = old & ALL
  for (const change of changes) {
    const omitted = isDirectory ? (S_ISUID | S_ISGID) & ~change.mentioned : 0
    let value = change.value
    if (change.copy !== 0) {
      const from = mode & change.copy & 0o777
      value |= (from & 0o444 ? 0o444 : 0) | (from & 0o222 ? 0o222 : 0) | (from & 0o111 ? 0o111 : 0)
    }
    if (change.conditional && (isDirectory || mode & 0o111)) value |= 0o111
    const explicit = value & (S_ISUID | S_ISGID | S_ISVTX) & (change.affected === 0 ? ALL : change.affected)
    value &= (change.affected === 0 ? ~umask : change.affected) & ~(omitted & ~explicit)
    if (change.op === '+') mode |= value
    else if (change.op === '-') mode &= ~value
    else {
      const preserved = change.affected === 0 ? 0 : ~change.affected
      mode = (mode & (preserved | omitted)) | value
    }
  }
  return mode
}
