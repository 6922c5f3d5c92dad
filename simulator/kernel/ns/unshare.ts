// unshare(2) (kernel/fork.c: ksys_unshare): all new namespaces and credentials are prepared, then swapped in at once.
import { Errno } from '../../abi/errno.ts'
import { CLONE_FILES, CLONE_FS, CLONE_NEW_ALL, CLONE_NEWUSER, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM } from '../../abi/sched.ts'
import { commitCred } from '../cred/commit.ts'
import type { Task } from '../task.ts'
import { createNamespaces, createUserNamespace } from './create-namespaces.ts'
import { holdProxy, releaseProxy } from './nsproxy.ts'

const ALLOWED = CLONE_NEW_ALL | CLONE_FS | CLONE_FILES | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD

export function unshare(task: Task, flags: number): 0 {
  if ((flags & ~ALLOWED) !== 0) throw Errno.EINVAL
  const user = (flags & CLONE_NEWUSER) !== 0 ? createUserNamespace(task) : undefined
  const others = flags & CLONE_NEW_ALL & ~CLONE_NEWUSER
  if (others !== 0) {
    const fs = task.fs.copy()
    try {
      const proxy = createNamespaces(task, others, user?.cred ?? task.cred, fs)
      const old = task.nsproxy
      task.nsproxy = holdProxy(proxy)
      releaseProxy(old)
    } catch (error) {
      fs.release()
      user?.undo()
      throw error
    }
    task.fs.release()
    task.fs = fs
  }
  if (user !== undefined) commitCred(task, user.cred)
  return 0
}
