// /proc/sysvipc (ipc/util.c: sysvipc_proc_show): the reader's IPC namespace as tables; objects it may not read are listed all the same.
import { msgIds } from '../../ipc/msg.ts'
import { semIds } from '../../ipc/sem.ts'
import { shmIds } from '../../ipc/shm.ts'
import type { Task } from '../../task.ts'

const HEADERS = {
  msg: '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n',
  sem: '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n',
  shm: '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n',
}
const pad = (value: number, width: number): string => String(value).padStart(width)
const row = (...columns: readonly (readonly [number, number])[]): string => columns.map(([value, width]) => pad(value, width)).join(' ')
const octal = (mode: number): string => mode.toString(8).padStart(4)

export function showSysvShm(reader: Task): string {
  const rows = shmIds(reader).list().map((segment) => {
    const s = segment.stat(reader.pidNs, reader.userNs)
    return `${row([s.key, 10], [s.id, 10])}  ${octal(s.mode)} ${row([s.size, 21], [s.cpid, 5], [s.lpid, 5])}  ${row([s.nattch, 5], [s.uid, 5], [s.gid, 5], [s.cuid, 5], [s.cgid, 5], [s.atime, 10], [s.dtime, 10], [s.ctime, 10], [0, 21], [0, 21])}\n`
  })
  return HEADERS.shm + rows.join('')
}
export function showSysvMsg(reader: Task): string {
  const rows = msgIds(reader).list().map((queue) => {
    const q = queue.stat(reader.pidNs, reader.userNs)
    return `${row([q.key, 10], [q.id, 10])}  ${octal(q.mode)}  ${row([q.cbytes, 10], [q.qnum, 10], [q.lspid, 5], [q.lrpid, 5], [q.uid, 5], [q.gid, 5], [q.cuid, 5], [q.cgid, 5], [q.stime, 10], [q.rtime, 10], [q.ctime, 10])}\n`
  })
  return HEADERS.msg + rows.join('')
}
export function showSysvSem(reader: Task): string {
  const rows = semIds(reader).list().map((array) => {
    const a = array.stat(reader.userNs)
    return `${row([a.key, 10], [a.id, 10])}  ${octal(a.mode)} ${row([a.nsems, 10], [a.uid, 5], [a.gid, 5], [a.cuid, 5], [a.cgid, 5], [a.otime, 10], [a.ctime, 10])}\n`
  })
  return HEADERS.sem + rows.join('')
}
