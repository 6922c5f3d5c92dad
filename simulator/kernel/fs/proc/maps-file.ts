// /proc/PID/maps and smaps_rollup (fs/proc/task_mmu.c). Nothing is mapped really: the usual layout of a small program, at fixed addresses.
import { major, minor } from '../../../abi/stat.ts'
import type { Task } from '../../task.ts'
import { pathString } from '../../vfs/path-string.ts'
import { hasMemory } from './proc-inode.ts'

interface Area { readonly start: bigint; readonly pages: number; readonly mode: string; readonly offset: number; readonly file?: 'exe'; readonly name?: string }

const EXE = 0x55e0c4a00000n, LIBRARIES = 0x7f3a1c000000n, STACK = 0x7ffc8a000000n
const PAGE = 4096n
const AREAS: readonly Area[] = [
  { start: EXE, pages: 2, mode: 'r--p', offset: 0, file: 'exe' }, { start: EXE + 2n * PAGE, pages: 5, mode: 'r-xp', offset: 2, file: 'exe' },
  { start: EXE + 7n * PAGE, pages: 3, mode: 'r--p', offset: 7, file: 'exe' }, { start: EXE + 10n * PAGE, pages: 1, mode: 'r--p', offset: 9, file: 'exe' },
  { start: EXE + 11n * PAGE, pages: 1, mode: 'rw-p', offset: 10, file: 'exe' }, { start: EXE + 0x1000000n, pages: 33, mode: 'rw-p', offset: 0, name: '[heap]' },
  { start: LIBRARIES, pages: 13, mode: 'rw-p', offset: 0 }, { start: STACK, pages: 33, mode: 'rw-p', offset: 0, name: '[stack]' },
  { start: STACK + 40n * PAGE, pages: 4, mode: 'r--p', offset: 0, name: '[vvar]' }, { start: STACK + 44n * PAGE, pages: 2, mode: 'r-xp', offset: 0, name: '[vdso]' },
]
const hex = (n: number | bigint, width: number): string => n.toString(16).padStart(width, '0')

export function showMaps(task: Task, reader: Task): string {
  if (!hasMemory(task)) return ''
  let text = ''
  for (const area of AREAS) {
    const inode = area.file === 'exe' ? task.exe?.dentry.inode : undefined
    const dev = inode?.sb.dev ?? 0
    const range = `${hex(area.start, 8)}-${hex(area.start + BigInt(area.pages) * PAGE, 8)}`
    const head = `${range} ${area.mode} ${hex(area.offset * Number(PAGE), 8)} ${hex(major(dev), 2)}:${hex(minor(dev), 2)} ${inode?.ino ?? 0} `
    const name = inode !== undefined && task.exe !== undefined ? pathString(task.exe, reader.fs.root) : area.name
    text += `${name === undefined ? head : head.padEnd(73) + name}\n`
  }
  return text
}
