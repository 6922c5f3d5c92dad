// /proc/PID/net: the network namespace of a task.
import { PidSubDir } from './proc-inode.ts'
import type { Pid } from '../../pid.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

export class NetDir extends PidSubDir {
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o555)
  }
  override lookup(): undefined {
    return undefined
  }
  override entries(): readonly never[] {
    return []
  }
}
