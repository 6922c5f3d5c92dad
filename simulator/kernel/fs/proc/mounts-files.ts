// /proc/PID/mounts, mountinfo and mountstats (fs/proc_namespace.c): the mounts of a task's namespace as they look from its root.
import type { Mount } from '../../mount/mount.ts'
import { formatMountinfo, formatMounts } from '../../mount/mountinfo.ts'
import type { Task } from '../../task.ts'

function lines(target: Task, format: (task: Task, mount: Mount) => string | undefined): string {
  let text = ''
  for (const mount of target.nsproxy.mnt.mounts) {
    const line = format(target, mount)
    if (line !== undefined) text += `${line}\n`
  }
  return text
}

export const showMounts = (target: Task): string => lines(target, formatMounts)
export const showMountinfo = (target: Task): string => lines(target, formatMountinfo)
export const showMountstats = (target: Task): string =>
  lines(target, (task, mount) => {
    const line = formatMounts(task, mount)?.split(' ')
    return line === undefined ? undefined : `device ${line[0]} mounted on ${line[1]} with fstype ${line[2]}`
  })
