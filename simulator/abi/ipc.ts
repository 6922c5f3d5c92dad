// System V IPC: sysvipc(7), shmget(2), msgget(2), semget(2) and their control calls.
export const IPC_PRIVATE = 0, IPC_CREAT = 0o1000, IPC_EXCL = 0o2000, IPC_NOWAIT = 0o4000
export const IPC_RMID = 0, IPC_SET = 1, IPC_STAT = 2, IPC_INFO = 3, GETVAL = 12, GETALL = 13, SETVAL = 16, SETALL = 17
export const SHM_RDONLY = 0o10000, MSG_NOERROR = 0o10000
export const SEMVMX = 32767

/** struct ipc_perm; ids in the caller's user namespace. */
export interface IpcPerm {
  readonly key: number
  readonly id: number
  readonly uid: number
  readonly gid: number
  readonly cuid: number
  readonly cgid: number
  readonly mode: number
}
/** struct shmid_ds; times in seconds since 1970, 0 for never. */
export interface ShmStat extends IpcPerm { readonly size: number; readonly atime: number; readonly dtime: number; readonly ctime: number; readonly cpid: number; readonly lpid: number; readonly nattch: number }
/** struct msqid_ds */
export interface MsgStat extends IpcPerm { readonly stime: number; readonly rtime: number; readonly ctime: number; readonly cbytes: number; readonly qnum: number; readonly qbytes: number; readonly lspid: number; readonly lrpid: number }
/** struct semid_ds */
export interface SemStat extends IpcPerm { readonly otime: number; readonly ctime: number; readonly nsems: number }
/** What IPC_SET changes. */
export interface IpcChange { readonly uid: number; readonly gid: number; readonly mode: number; readonly qbytes?: number }
