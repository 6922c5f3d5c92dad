// A mounted proc (fs/proc/root.c, proc(5)). It belongs to one PID namespace, that of the process that mounted it: PIDs in it are numbers of that namespace,
// whoever looks. User ids, on the other hand, are always shown in the reader's user namespace.
import { Errno } from '../../../abi/errno.ts'
import { inGroup } from '../../cred/cred.ts'
import { fromKgidMunged, kgid, type Kgid, makeKgid } from '../../cred/ids.ts'
import { ptraceMayAccess } from '../../cred/ptrace-access.ts'
import type { Kernel } from '../../kernel.ts'
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import type { Task } from '../../task.ts'
import { Dentry } from '../../vfs/dentry.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { ProcRoot } from './proc-root.ts'

const PROC_SUPER_MAGIC = 0x9fa0

/** hidepid=: 0 off, 1 noaccess, 2 invisible, 4 ptraceable */
const HIDEPID: ReadonlyMap<string, number> = new Map([['0', 0], ['off', 0], ['1', 1], ['noaccess', 1], ['2', 2], ['invisible', 2], ['4', 4], ['ptraceable', 4]])
const HIDEPID_NAMES: ReadonlyMap<number, string> = new Map([[1, 'noaccess'], [2, 'invisible'], [4, 'ptraceable']])

interface ProcOptions {
  hidepid: number
  gid: Kgid
  onlyPids: boolean
}

function parseOptions(task: Task, data: string, options: ProcOptions): void {
  for (const word of data.split(',').filter((w) => w !== '')) {
    const at = word.indexOf('=')
    const key = at < 0 ? word : word.slice(0, at)
    const value = at < 0 ? '' : word.slice(at + 1)
    if (key === 'hidepid') {
      const hidepid = HIDEPID.get(value)
      if (hidepid === undefined) throw Errno.EINVAL
      options.hidepid = hidepid
    } else if (key === 'gid') {
      const gid = /^\d+$/.test(value) ? makeKgid(task.cred.userNs, Number(value)) : undefined
      if (gid === undefined) throw Errno.EINVAL
      options.gid = gid
    } else if (key === 'subset') {
      if (value !== 'pid') throw Errno.EINVAL
      options.onlyPids = true
    } else throw Errno.EINVAL
  }
}

export class ProcSuperBlock extends PseudoSuperBlock {
  readonly pidNs: PidNamespace
  readonly root: Dentry
  readonly #options: ProcOptions

  constructor(kernel: Kernel, pidNs: PidNamespace, options: ProcOptions) {
    super(kernel, ProcType, pidNs.owner ?? kernel.initUserNs, PROC_SUPER_MAGIC)
    this.#options = options
    this.pidNs = pidNs
    pidNs.hold('super-block')
    this.whenGone(() => pidNs.release('super-block'))
    this.usernsVisible = true
    this.root = new Dentry('', undefined, new ProcRoot(this))
  }

  override remount(task: Task, data: string): void {
    const next = { ...this.#options }
    parseOptions(task, data, next)
    Object.assign(this.#options, next)
  }
  override showOptions(task: Task): string {
    const { hidepid, gid, onlyPids } = this.#options
    const words: string[] = []
    if (gid !== 0) words.push(`gid=${fromKgidMunged(task.cred.userNs, gid)}`)
    const name = HIDEPID_NAMES.get(hidepid)
    if (name !== undefined) words.push(`hidepid=${name}`)
    if (onlyPids) words.push('subset=pid')
    return words.join(',')
  }

  get onlyPids(): boolean {
    return this.#options.onlyPids
  }
  get hidepid(): number {
    return this.#options.hidepid
  }
  /** has_pid_permissions: may `reader` know of `target` on this mount, for a use that hidepid restricts from level `from` on? */
  showsProcess(reader: Task, target: Task, from: number): boolean {
    const { hidepid, gid } = this.#options
    if (hidepid === 4) return ptraceMayAccess(reader, target)
    if (hidepid < from || inGroup(reader.cred, gid)) return true
    return ptraceMayAccess(reader, target)
  }
}

export const ProcType: FileSystemType = {
  name: 'proc',
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.pidNs.owner ?? task.kernel.initUserNs,
  mount(task, _source, _flags, data) {
    const options: ProcOptions = { hidepid: 0, gid: kgid(0), onlyPids: false }
    parseOptions(task, data, options)
    return new ProcSuperBlock(task.kernel, task.pidNs, options)
  },
}
