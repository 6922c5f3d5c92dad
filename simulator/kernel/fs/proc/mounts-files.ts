// /proc/PID/mounts, mountinfo and mountstats (fs/proc_namespace.c): the mounts of the process's mount namespace as seen from its root directory.
import { Errno } from '../../../abi/errno.ts'
import { formatMountinfo, formatMounts } from '../../mount/mountinfo.ts'
import type { Mount } from '../../mount/mount.ts'
import type { Task } from '../../task.ts'

function lines(task: Task, format: (task: Task, mount: Mount) => string | undefined): string {
  if (!task.isAlive) throw Errno.EINVAL
  let text = ''
  for (const mount of task.nsproxy.mnt.mounts) {
    const line = format(task, mount)
    if (line !== undefined) text += `${line}\n`
  }
  return text
}

export const showMounts = (task: Task): string => lines(task, formatMounts)
export const showMountinfo = (task: Task): string => lines(task, formatMountinfo)
export const showMountstats = (task: Task): string =>
  lines(task, (viewer, mount) => {
    const line = formatMounts(viewer, mount)
    if (line === undefined) return undefined
    const [source, at, type] = line.split(' ')
    return `device ${source} mounted on ${at} with fstype ${type}`
  })
