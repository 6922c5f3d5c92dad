// BusyBox's wc: counts in columns of nine where there are several.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { close, open, readToEnd } from '../../libc/unistd.ts'
import { options } from './applet.ts'

const ORDER = ['l', 'w', 'm', 'c', 'L'] as const
type Count = Readonly<Record<(typeof ORDER)[number], number>>

function count(data: Uint8Array): Count {
  const text = decodeUtf8(data)
  const lines = text.split('\n')
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0)
  return { l: lines.length - 1, w: text.split(/\s+/).filter((word) => word !== '').length, m: [...text].length, c: data.length, L: longest }
}

export function* wc(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'lwcmL')
  const shown = flags.size === 0 ? (['l', 'w', 'c'] as const) : ORDER.filter((letter) => flags.has(letter))
  const line = (counts: Count, name: string): string => `${shown.map((letter) => (shown.length === 1 ? String(counts[letter]) : String(counts[letter]).padStart(9))).join(' ')}${name === '' ? '' : ` ${name}`}\n`
  let total: Count = { l: 0, w: 0, m: 0, c: 0, L: 0 }
  let status = 0
  for (const name of operands.length === 0 ? [''] : operands) {
    const fd = name === '' || name === '-' ? 0 : yield* open(name, O_RDONLY)
    const data = isErr(fd) ? fd : yield* readToEnd(fd)
    if (!isErr(fd) && fd !== 0) yield* close(fd)
    if (isErr(data)) {
      yield* c.stdout.flush()
      yield* c.stderr.write(`wc: ${name}: ${data.message}\n`)
      status = 1
      continue
    }
    const counts = count(data)
    total = { l: total.l + counts.l, w: total.w + counts.w, m: total.m + counts.m, c: total.c + counts.c, L: Math.max(total.L, counts.L) }
    yield* c.stdout.write(line(counts, name))
  }
  if (operands.length > 1) yield* c.stdout.write(line(total, 'total'))
  return status
}
