// System V IPC calls: sysvipc(7).
import { msgctl, msgget, msgrcv, msgsnd } from '../kernel/ipc/msg.ts'
import { semctl, semget } from '../kernel/ipc/sem.ts'
import { shmat, shmctl, shmdt, shmget } from '../kernel/ipc/shm.ts'
import type { Handlers } from './handlers.ts'

export const ipcSyscalls = { msgctl, msgget, msgrcv, msgsnd, semctl, semget, shmat, shmctl, shmdt, shmget } satisfies Partial<Handlers>
