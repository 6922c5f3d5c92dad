// File modes in letters, as `ls -l`, stat(1) and find(1) show them: gnulib's filemode.
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, S_ISGID, S_ISUID, S_ISVTX } from '../abi/stat.ts'

const LETTERS = new Map([[S_IFREG, '-'], [S_IFDIR, 'd'], [S_IFLNK, 'l'], [S_IFCHR, 'c'], [S_IFBLK, 'b'], [S_IFIFO, 'p'], [S_IFSOCK, 's']])

export const fileTypeLetter = (mode: number): string => LETTERS.get(mode & S_IFMT) ?? '?'

/** drwxr-xr-x */
export function modeString(mode: number): string {
  const execute = (bit: number, special: number, letter: string): string =>
    mode & special ? (mode & bit ? letter : letter.toUpperCase()) : mode & bit ? 'x' : '-'
  const rw = (shift: number): string => (mode & (4 << shift) ? 'r' : '-') + (mode & (2 << shift) ? 'w' : '-')
  return fileTypeLetter(mode) + rw(6) + execute(0o100, S_ISUID, 's') + rw(3) + execute(0o010, S_ISGID, 's') + rw(0) + execute(0o001, S_ISVTX, 't')
}
