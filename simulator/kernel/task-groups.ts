// Process groups and sessions: setpgid(2), setsid(2), credentials(7), and what POSIX says of orphaned groups.
import { Errno } from '../abi/errno.ts'
import { SIGCONT, SIGHUP } from '../abi/signal.ts'
import type { Pid } from './pid.ts'
import { Session } from './session.ts'
import { signalGroup } from './signal-send.ts'
import type { Task } from './task.ts'

export function joinGroup(task: Task, group: Pid): void {
  const old = task.pgrp
  task.pgrp = group
  group.groupMembers.add(task)
  if (old === group) return
  old.groupMembers.delete(task)
  old.freeIfUnused()
}

export function joinSession(task: Task, session: Session): void {
  const old = task.session
  if (old !== session) {
    old.leader?.sessionMembers.delete(task)
    old.leader?.freeIfUnused()
  }
  task.session = session
  session.leader?.sessionMembers.add(task)
}

/** Called when a task is gone for good. */
export function leaveGroups(task: Task): void {
  task.pgrp.groupMembers.delete(task)
  task.pgrp.freeIfUnused()
  task.session.leader?.sessionMembers.delete(task)
  task.session.leader?.freeIfUnused()
}

/** setsid(2): a new session and group led by the caller, without a terminal. */
export function setsid(task: Task): number {
  if (task.pid.groupMembers.size > 0) throw Errno.EPERM
  joinGroup(task, task.pid)
  joinSession(task, new Session(task.pid))
  return task.numberIn(task.pidNs)
}

/** setpgid(2): numbers as in the caller's PID namespace, 0 stands for the caller (pid) or the process itself (pgid). */
export function setpgid(task: Task, pid: number, pgid: number): 0 {
  if (pgid < 0) throw Errno.EINVAL
  const target = pid === 0 ? task : task.pidNs.find(pid)?.task
  if (target === undefined) throw Errno.ESRCH
  if (target !== task) {
    if (target.parent !== task) throw Errno.ESRCH
    if (target.session !== task.session) throw Errno.EPERM
    if (target.didExec) throw Errno.EACCES
  }
  if (target.session.leader === target.pid) throw Errno.EPERM
  let group = target.pid
  if (pgid !== 0 && pgid !== target.numberIn(task.pidNs)) {
    const found = task.pidNs.find(pgid)
    const member = found?.groupMembers.values().next().value
    if (found === undefined || member === undefined || member.session !== task.session) throw Errno.EPERM
    group = found
  }
  joinGroup(target, group)
  return 0
}

/** will_become_orphaned_pgrp: no member but `leaving` has a parent in another group of the same session. */
export function isOrphanedGroup(group: Pid, leaving?: Task): boolean {
  for (const task of group.groupMembers) {
    if (task === leaving || !task.isAlive || task.parent === undefined || task.parent === task.kernel.initPidNs.childReaper) continue
    if (task.parent.pgrp !== group && task.parent.session === task.session) return false
  }
  return true
}

/** kill_orphaned_pgrp: a group that becomes orphaned while it has stopped members gets HUP and CONT. */
export function hangUpIfOrphaned(group: Pid, leaving: Task): void {
  if (!isOrphanedGroup(group, leaving)) return
  let stopped = false
  for (const task of group.groupMembers) if (task.state === 'stopped') stopped = true
  if (!stopped) return
  signalGroup(leaving.kernel, group, SIGHUP)
  signalGroup(leaving.kernel, group, SIGCONT)
}
