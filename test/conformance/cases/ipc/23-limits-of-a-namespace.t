# title: Limits of an IPC namespace
# mask: (0x[0-9a-f]{8}) => key

  $ cat /proc/sys/kernel/{shmall,shmmax,shmmni,msgmax,msgmnb,msgmni,sem,shm_rmid_forced}
  18446744073692774399
  18446744073692774399
  4096
  8192
  16384
  32000
  32000	1024000000	500	32000
  0
  $ sysctl fs.mqueue
  fs.mqueue.msg_default = 10
  fs.mqueue.msg_max = 10
  fs.mqueue.msgsize_default = 8192
  fs.mqueue.msgsize_max = 8192
  fs.mqueue.queues_max = 256
  $ unshare -i sh -c 'cat /proc/sys/kernel/sem; echo "10 20 5 2" > /proc/sys/kernel/sem; cat /proc/sys/kernel/sem; ipcmk -S 11; ipcmk -S 10; ipcmk -S 10; ipcmk -S 1; ipcs -ls'
  32000	1024000000	500	32000
  10	20	5	2
  ipcmk: create semaphore failed: Invalid argument
  Semaphore id: 0
  Semaphore id: 1
  ipcmk: create semaphore failed: No space left on device
  
  ------ Semaphore Limits --------
  max number of arrays = 2
  max semaphores per array = 10
  max semaphores system wide = 20
  max ops per semop call = 5
  semaphore max value = 32767
  $ cat /proc/sys/kernel/sem
  32000	1024000000	500	32000
  $ unshare -i sh -c 'echo 1 > /proc/sys/kernel/msgmni; ipcmk -Q; ipcmk -Q; ipcs -lq'
  Message queue id: 0
  ipcmk: create message queue failed: No space left on device
  
  ------ Messages Limits --------
  max queues system wide = 1
  max size of message (bytes) = 8192
  default max size of queue (bytes) = 16384
  $ unshare -i sh -c 'sysctl -w kernel.shmall=1; ipcmk -M 4096; ipcmk -M 4096; ipcs -lm'
  kernel.shmall = 1
  Shared memory id: 0
  ipcmk: create share memory failed: No space left on device
  
  ------ Shared Memory Limits --------
  max number of segments = 4096
  max seg size (kbytes) = 18014398509465599
  max total shared memory (kbytes) = 4
  min seg size (bytes) = 1
  $ unshare -i sh -c 'sysctl -w kernel.shmmax=4096; ipcmk -M 4097; ipcmk -M 4096 && ipcs -m -l'
  kernel.shmmax = 4096
  ipcmk: create share memory failed: Invalid argument
  Shared memory id: 0
  
  ------ Shared Memory Limits --------
  max number of segments = 4096
  max seg size (kbytes) = 4
  max total shared memory (kbytes) = 18446744073709551612
  min seg size (bytes) = 1
  $ sysctl kernel.shmmax
  kernel.shmmax = 18446744073692774399
  $ unshare -i sh -c 'echo 3 > /proc/sys/fs/mqueue/queues_max; mount -t mqueue q /mnt; for i in 1 2 3 4; do touch /mnt/q$i; done; ls /mnt; cat /proc/sys/fs/mqueue/queues_max'
  q1
  q2
  q3
  q4
  3
  $ ls /mnt; umount /mnt; cat /proc/sys/fs/mqueue/queues_max
  q1
  q2
  q3
  q4
  256
  $ sysctl -w kernel.msgmnb=abc
  sysctl: setting key "kernel.msgmnb": Invalid argument
  [1]
  $ sysctl -w kernel.shmmni=-1
  sysctl: setting key "kernel.shmmni": Invalid argument
  [1]
  $ sysctl -w kernel.shmmni=99999
  sysctl: setting key "kernel.shmmni": Invalid argument
  [1]
  $ sysctl -w kernel.msgmax=0
  kernel.msgmax = 0
  $ unshare -Uri sh -c 'sysctl -w kernel.shmmni=5; sysctl kernel.shmmni'
  kernel.shmmni = 5
  kernel.shmmni = 5
  $ su learner -c 'unshare -Uri sysctl -w kernel.msgmni=7'
  kernel.msgmni = 7
  $ ipcs -l
  
  ------ Messages Limits --------
  max queues system wide = 32000
  max size of message (bytes) = 0
  default max size of queue (bytes) = 16384
  
  ------ Shared Memory Limits --------
  max number of segments = 4096
  max seg size (kbytes) = 18014398509465599
  max total shared memory (kbytes) = 18446744073709551612
  min seg size (bytes) = 1
  
  ------ Semaphore Limits --------
  max number of arrays = 32000
  max semaphores per array = 32000
  max semaphores system wide = 1024000000
  max ops per semop call = 500
  semaphore max value = 32767
  $ cat /proc/sysvipc/shm
         key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
  $ ipcmk -M 12345 -p 0604; cat /proc/sysvipc/shm | awk '{print $2, $3, $4, $7, $8, $9}'
  Shared memory id: 0
  shmid perms size nattch uid gid
  0 604 12345 0 0 0
  $ cat /proc/sysvipc/sem /proc/sysvipc/msg
         key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime
         key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime
  $ unshare -i wc -l /proc/sysvipc/shm
  1 /proc/sysvipc/shm
  $ unshare -i readlink /proc/self/ns/ipc /proc/self/ns/mnt
  ipc:[<ns:1>]
  mnt:[4026531841]
  $ ls /proc/sysvipc
  msg
  sem
  shm
  $ unshare -i sh -c 'echo 1 > /proc/sys/kernel/shm_rmid_forced; ipcmk -M 10; ipcs -m; lsipc -m -o ID,NATTCH'
  Shared memory id: 0
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
