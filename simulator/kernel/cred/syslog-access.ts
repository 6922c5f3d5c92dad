// Who may read the kernel's log (kernel/printk/printk.c: check_syslog_permissions; syslog(2)).
import { CAP_SYS_ADMIN, CAP_SYSLOG } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { SYSLOG_ACTION_READ_ALL, SYSLOG_ACTION_SIZE_BUFFER } from '../../abi/syslog.ts'
import type { Task } from '../task.ts'
import { capable } from './ns-capable.ts'

/** Reading all of it is everybody's unless kernel.dmesg_restrict is set; CAP_SYS_ADMIN counts for historical reasons. @throws EPERM */
export function checkSyslog(task: Task, action: number): void {
  const isFree = !task.kernel.log.isRestricted && (action === SYSLOG_ACTION_READ_ALL || action === SYSLOG_ACTION_SIZE_BUFFER)
  if (!isFree && !capable(task, CAP_SYSLOG) && !capable(task, CAP_SYS_ADMIN)) throw Errno.EPERM
}
