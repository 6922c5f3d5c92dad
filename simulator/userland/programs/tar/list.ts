// tar -t, and the long lines of -v.
import { strftime } from '../../libc/time.ts'
import type { Member } from '../../../lib/tar.ts'

const LETTERS: Readonly<Record<string, string>> = { '0': '-', '1': 'h', '2': 'l', '3': 'c', '4': 'b', '5': 'd', '6': 'p' }

function modeText(m: Member): string {
  const rwx = (shift: number, special: boolean, on: string): string => {
    const bits = (m.mode >> shift) & 7
    const x = special ? ((bits & 1) !== 0 ? on : on.toUpperCase()) : (bits & 1) !== 0 ? 'x' : '-'
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${x}`
  }
  return `${LETTERS[m.type] ?? '-'}${rwx(6, (m.mode & 0o4000) !== 0, 's')}${rwx(3, (m.mode & 0o2000) !== 0, 's')}${rwx(0, (m.mode & 0o1000) !== 0, 't')}`
}

/** With `long` like ls -l, without just the name. Owner and size share 18 columns. */
export function verboseLine(m: Member, long: boolean, numeric = false): string {
  if (!long) return m.name
  const owner = `${m.user === '' || numeric ? m.uid : m.user}/${m.group === '' || numeric ? m.gid : m.group}`
  const size = m.type === '3' || m.type === '4' ? `${m.major},${m.minor}` : String(m.type === '0' ? m.size : 0)
  const gap = ' '.repeat(Math.max(1, 19 - 1 - owner.length - size.length + 1))
  const link = m.type === '2' ? ` -> ${m.link}` : m.type === '1' ? ` link to ${m.link}` : ''
  return `${modeText(m)} ${owner}${gap}${size} ${strftime('%Y-%m-%d %H:%M', m.mtime)} ${m.name}${link}`
}
