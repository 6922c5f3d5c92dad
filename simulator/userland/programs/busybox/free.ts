// BusyBox's free: /proc/meminfo in two lines.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Crt } from '../../libc/crt.ts'
import { readFile } from '../../libc/unistd.ts'
import { options } from './applet.ts'
import { humanSize } from './human.ts'

const UNITS = new Map([['b', 1], ['k', 1024], ['m', 1024 ** 2], ['g', 1024 ** 3]])

export function* free(c: Crt): Flow<number> {
  const { flags } = yield* options(c, 'bkmgh')
  const text = yield* readFile('/proc/meminfo')
  const kb = (name: string): number => (isErr(text) ? 0 : Number(new RegExp(`^${name}: *(\\d+)`, 'm').exec(text)?.[1] ?? 0))
  const unit = UNITS.get([...flags.keys()].findLast((letter) => UNITS.has(letter)) ?? 'k') ?? 1024
  const show = (value: number): string => (flags.has('h') ? (value === 0 ? '0' : humanSize(value * 1024)) : String(Math.floor((value * 1024) / unit))).padStart(12)
  const total = kb('MemTotal')
  const unused = kb('MemFree')
  const cached = kb('Buffers') + kb('Cached') + kb('SReclaimable')
  yield* c.stdout.write('              total        used        free      shared  buff/cache   available\n')
  yield* c.stdout.write(`Mem:   ${[total, total - unused - cached, unused, kb('Shmem'), cached, kb('MemAvailable')].map(show).join('')}\n`)
  yield* c.stdout.write(`Swap:  ${[kb('SwapTotal'), kb('SwapTotal') - kb('SwapFree'), kb('SwapFree')].map(show).join('')}\n`)
  return 0
}
