// Memory: mmap(2) of anonymous memory and munmap(2). Mappings of files are not simulated.
import { Errno } from '../abi/errno.ts'
import { MEM_TOTAL_KB } from '../kernel/fs/proc/machine-info.ts'
import { SIGKILL, sigBit } from '../abi/signal.ts'
import type { Handlers } from './handlers.ts'

const MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_TYPE = 0xf, MAP_ANONYMOUS = 0x20
const PAGE = 4096
const TASK_SIZE = 0x7fff_ffff_f000

export const memorySyscalls = {
  mmap(task, _addr, length, _prot, flags) {
    if (length <= 0) throw Errno.EINVAL
    if ((flags & MAP_TYPE) !== MAP_SHARED && (flags & MAP_TYPE) !== MAP_PRIVATE) throw Errno.EINVAL
    if ((flags & MAP_ANONYMOUS) === 0) throw Errno.ENODEV
    const bytes = Math.ceil(length / PAGE) * PAGE
    const { mm } = task
    const { size, data } = mm.footprint
    const after = mm.mapped + bytes
    // The heuristic of overcommit: only what could never fit is refused.
    if (bytes > MEM_TOTAL_KB * 1024) throw Errno.ENOMEM
    if (after + size * 1024 > (task.rlimits.get('AS')?.soft ?? Infinity) || after + data * 1024 > (task.rlimits.get('DATA')?.soft ?? Infinity)) throw Errno.ENOMEM
    const address = mm.map(bytes)
    if (!mm.touch(task, address) && (task.signals.pending & sigBit(SIGKILL)) === 0n) {
      mm.unmap(address, bytes)
      throw Errno.ENOMEM
    }
    return address
  },
  munmap(task, addr, length) {
    const bytes = Math.ceil(length / PAGE) * PAGE
    if (!Number.isInteger(addr) || addr < 0 || addr % PAGE !== 0 || !(bytes > 0) || addr + bytes > TASK_SIZE) throw Errno.EINVAL
    task.mm.unmap(addr, bytes)
    return 0
  },
} satisfies Partial<Handlers>
