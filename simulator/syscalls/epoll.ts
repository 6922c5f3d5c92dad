// epoll_create1(2), epoll_ctl(2), epoll_wait(2).
import { Errno } from '../abi/errno.ts'
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, O_CLOEXEC, O_RDWR } from '../abi/fcntl.ts'
import { NSEC_PER_MSEC } from '../kernel/clock.ts'
import { anonInodePath } from '../kernel/fs/anon.ts'
import { EventPoll, type EpollEvent } from '../kernel/fs/eventpoll.ts'
import type { Task } from '../kernel/task.ts'
import { installFile } from '../kernel/vfs/file-open.ts'
import type { KFlow } from '../kernel/wait-queue.ts'
import type { Handlers } from './handlers.ts'

function eventPoll(task: Task, fd: number): EventPoll {
  const file = task.files.require(fd)
  if (!(file instanceof EventPoll)) throw Errno.EINVAL
  return file
}

function* waitFor(task: Task, ep: EventPoll, most: number, timeoutMs: number): KFlow<readonly EpollEvent[]> {
  const { clock } = task.kernel
  const deadline = timeoutMs < 0 ? undefined : clock.now + timeoutMs * NSEC_PER_MSEC
  for (;;) {
    const found = ep.take(most)
    if (found.length > 0 || (deadline !== undefined && clock.now >= deadline)) return found
    yield deadline === undefined ? ep.changed : { queues: [ep.changed], deadline }
  }
}

export const epollSyscalls = {
  epoll_create1(task, flags) {
    if ((flags & ~O_CLOEXEC) !== 0) throw Errno.EINVAL
    return installFile(task, new EventPoll(anonInodePath(task.kernel, '[eventpoll]'), O_RDWR), (flags & O_CLOEXEC) !== 0)
  },
  epoll_ctl(task, epfd, op, fd, events) {
    const ep = eventPoll(task, epfd)
    if (op === EPOLL_CTL_ADD) ep.add(task, fd, events)
    else if (op === EPOLL_CTL_MOD) ep.modify(task, fd, events)
    else if (op === EPOLL_CTL_DEL) ep.remove(task, fd)
    else throw Errno.EINVAL
    return 0
  },
  epoll_wait(task, epfd, maxEvents, timeoutMs) {
    const ep = eventPoll(task, epfd)
    if (maxEvents <= 0) throw Errno.EINVAL
    const found = ep.take(maxEvents)
    return found.length > 0 || timeoutMs === 0 ? found : waitFor(task, ep, maxEvents, timeoutMs)
  },
} satisfies Partial<Handlers>
