# title: By key, by id, with mistakes
# user: learner
# mask: (0x[0-9a-f]{8}) => key

  $ ipcmk -M 64
  Shared memory id: 0
  $ K=$(ipcs -m | awk '$3=="learner"{print $1}'); ipcrm -M $K; ipcs -m
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  $ ipcmk -Q
  Message queue id: 0
  $ K=$(ipcs -q | awk '$3=="learner"{print $1}'); ipcrm -Q $K && ipcrm -Q $K
  ipcrm: invalid key (<key:1>)
  [1]
  $ ipcrm -M 0
  ipcrm: illegal key (0)
  [1]
  $ ipcrm -S 0xffff
  ipcrm: invalid key (0xffff)
  [1]
  $ ipcrm -M zz
  ipcrm: failed to parse argument: 'zz'
  [1]
  $ ipcrm -q 5
  ipcrm: invalid id (5)
  [1]
  $ ipcrm -s -1
  ipcrm: invalid id (-1)
  [1]
  $ sudo ipcmk -M 4096 -p 0600
  Shared memory id: 1
  $ ipcs -m
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  <key:2> 1          root       600        4096       0
  $ ipcrm -m 1
  ipcrm: permission denied for id (1)
  [1]
  $ sudo ipcs -m -i 1 | head -3
  
  Shared memory Segment shmid=1
  uid=0	gid=0	cuid=0	cgid=0
  $ sudo ipcrm -m 1
  $ ipcs -m
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  $ unshare -i ipcmk -Q
  unshare: unshare failed: Operation not permitted
  [1]
  $ unshare -Uri sh -c 'ipcmk -Q; ipcs -q'
  Message queue id: 0
  
  ------ Message Queues --------
  key        msqid      owner      perms      used-bytes   messages
  <key:3> 0          root       644        0            0
  $ unshare -U -i ipcs -m
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  $ unshare -Uri ipcmk -S 4 -p 0666
  Semaphore id: 0
  $ unshare -Ur sh -c 'ipcmk -M 10 ; ipcs -m'
  Shared memory id: 2
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  <key:4> 2          root       644        10         0
  $ ipcs -m
  
  ------ Shared Memory Segments --------
  key        shmid      owner      perms      bytes      nattch     status
  <key:4> 2          learner    644        10         0
  $ ipcrm -v -m 2
  removing shared memory segment id `2'
  $ ipcrm --verbose --shmem-id 2
  ipcrm: invalid id (2)
  removing shared memory segment id `2'
  [1]
  $ lsipc -Q
  lsipc: invalid option -- 'Q'
  Try 'lsipc --help' for more information.
  [1]
  $ lsipc
  RESOURCE DESCRIPTION                                              LIMIT USED  USE%
  MSGMNI   Number of message queues                                 32000    0 0.00%
  MSGMAX   Max size of message (bytes)                                 8K    -     -
  MSGMNB   Default max size of queue (bytes)                          16K    -     -
  SHMMNI   Shared memory segments                                    4096    0 0.00%
  SHMALL   Shared memory pages                       18446744073692774399    0 0.00%
  SHMMAX   Max size of shared memory segment (bytes)                  16E    -     -
  SHMMIN   Min size of shared memory segment (bytes)                   1B    -     -
  SEMMNI   Number of semaphore identifiers                          32000    0 0.00%
  SEMMNS   Total number of semaphores                          1024000000    0 0.00%
  SEMMSL   Max semaphores per semaphore set.                        32000    -     -
  SEMOPM   Max number of operations per semop(2)                      500    -     -
  SEMVMX   Semaphore max value                                      32767    -     -
  $ lsipc -m --noheadings
  $ lsipc -g
  RESOURCE DESCRIPTION                                              LIMIT USED  USE%
  MSGMNI   Number of message queues                                 32000    0 0.00%
  MSGMAX   Max size of message (bytes)                                 8K    -     -
  MSGMNB   Default max size of queue (bytes)                          16K    -     -
  SHMMNI   Shared memory segments                                    4096    0 0.00%
  SHMALL   Shared memory pages                       18446744073692774399    0 0.00%
  SHMMAX   Max size of shared memory segment (bytes)                  16E    -     -
  SHMMIN   Min size of shared memory segment (bytes)                   1B    -     -
  SEMMNI   Number of semaphore identifiers                          32000    0 0.00%
  SEMMNS   Total number of semaphores                          1024000000    0 0.00%
  SEMMSL   Max semaphores per semaphore set.                        32000    -     -
  SEMOPM   Max number of operations per semop(2)                      500    -     -
  SEMVMX   Semaphore max value                                      32767    -     -
  $ lsipc -c
  lsipc: --global is mutually exclusive with --creator, --id and --time
  [1]
  $ lsipc -m -b
  $ lsipc -m -e
  $ lsipc -m -J
  {
     "": [
  
     ]
  }
  $ lsipc -m -l
  $ lsipc -m -n
  $ lsipc -m -r
  $ lsipc -o NOSUCH
  lsipc: unknown column: NOSUCH
  [1]
  $ lsipc -m -t -o ID,SIZE,CREATOR
  lsipc: mutually exclusive arguments: --creator --output --time
  [1]
  $ ipcs --version
  ipcs from util-linux 2.38.1
  $ ipcrm --help | head -3
  
  Usage:
   ipcrm [options]
