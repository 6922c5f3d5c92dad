# title: Signals, jobs and statuses, one after another
# mask: line \d+: +(\d+) Killed => pid
# timeout: 120

  $ sleep 30 & P=$!; kill -STOP $P; sleep 0.1; ps -o stat= -p $P; kill -CONT $P; sleep 0.1; ps -o stat= -p $P; kill $P; wait $P; echo $?
  T
  S
  143
  $ bash -c 'sleep 5 & p=$!; (sleep 0.1; kill $p) & wait $p; echo status $?'
  status 143
  $ unshare --pid --fork --mount-proc bash -c 'sleep 60 & sleep 61 & ps -o pid,ppid,stat,args'
    PID  PPID STAT COMMAND
      1     0 S    bash -c sleep 60 & sleep 61 & ps -o pid,ppid,stat,args
      2     1 S    sleep 60
      3     1 S    sleep 61
      4     1 R    ps -o pid,ppid,stat,args
  $ unshare -pf --mount-proc bash -c 'ps -ef | awk "NR>1{print \$2, \$3, \$8}"'
  1 0 bash
  2 1 ps
  3 1 awk
  $ unshare -pf --mount-proc bash -c 'cat /proc/self/stat | cut -d" " -f1-6; cat /proc/1/cmdline | tr "\0" " "; echo'
  2 (cat) R 1 0 0
  bash -c cat /proc/self/stat | cut -d" " -f1-6; cat /proc/1/cmdline | tr "\0" " "; echo
  $ unshare -pf --mount-proc sh -c 'ls /proc | grep -c "^[0-9]*$"; kill -s KILL 1; echo still here'
  3
  still here
  $ unshare -pf bash -c 'kill -TERM $$; echo TERM ignored; trap "exit 8" HUP; kill -HUP $$'
  TERM ignored
  [8]
  $ echo $?
  0
  $ unshare -pf --kill-child=KILL bash -c 'exit 12'
  [12]
  $ unshare -p --mount-proc -f unshare -p -f --mount-proc bash -c 'grep -E "NSpid|NStgid" /proc/self/status; ps -e --no-headers | wc -l'
  NStgid:	2
  NSpid:	2
  3
  $ unshare -fp --mount-proc bash -c 'exec 3< <(sleep 2); ps -o pid,comm --no-headers; kill -9 -1; sleep 0.1; ps -o pid,comm --no-headers'
      1 bash
      2 sleep
      3 ps
      1 ps
  $ unshare -fp --mount-proc -n bash -c 'ip -br link; ps -o comm= -p 1'
  lo               DOWN           00:00:00:00:00:00 <LOOPBACK>
  ps
  $ unshare -fp --mount-proc bash -c 'setsid sleep 100 & sleep 0.2; ps -eo pid,pgid,sid,comm'
    PID  PGID   SID COMMAND
      1     0     0 ps
      2     2     2 sleep
  $ unshare -fp --mount-proc nice -n 10 ps -o pid,ni,comm
    PID  NI COMMAND
      1  10 ps
  $ unshare -fp --mount-proc timeout 0.2 sleep 9
  [124]
  $ echo $?
  0
  $ unshare -fp --mount-proc sh -c 'sleep 0.1; exit 7'
  [7]
  $ echo $?
  0
  $ unshare -fp --mount-proc bash -c 'lsns -t pid -o NPROCS,PID,COMMAND'
  NPROCS PID COMMAND
       1   1 lsns -t pid -o NPROCS,PID,COMMAND
  $ lsns --type uts --noheadings --output TYPE,NPROCS | awk '{print $1}'
  uts
  $ lsns -t nosuch
  lsns: unknown namespace type: nosuch
  [1]
  $ lsns -o NOSUCH
  lsns: unknown column: NOSUCH
  [1]
  $ lsns --bogus
  lsns: unrecognized option '--bogus'
  Try 'lsns --help' for more information.
  [1]
  $ lsns 12345
  lsns: not found namespace: 12345
  [1]
  $ sleep 70 & lsns -p $! -t mnt -o TYPE,USER -n; readlink /proc/$!/ns/net | cut -c1-5; kill %1
  mnt  root
  net:[
  $ nsenter -t $$ -u -n -i -m -p -C hostname
  host
  $ nsenter -at $$ pwd
  /
  $ nsenter -t $$ -U id -u
  nsenter: reassociate to namespace 'ns/user' failed: Invalid argument
  [1]
  $ ps -p $$ -o pid= | wc -w
  1
  $ ps -o comm= -p 2
  kthreadd
  $ ps -o uid,gid -p 1
    UID   GID
      0     0
  $ ps -eo pid,comm --sort=-pid | head -1
    PID COMMAND
  $ ps -ef --forest | head -1
  UID        PID  PPID  C STIME TTY          TIME CMD
  $ ps axo stat | head -1
  STAT
  $ ps -e -o pid= | head -1 | tr -d ' '
  1
  $ ps -C nosuch -o pid
    PID
  [1]
  $ echo $?
  0
  $ pgrep -x nosuch; echo $?; pkill -x nosuch; echo $?; sleep 80 & pgrep -f 'sleep 80' | wc -l; pkill -9 -f 'sleep 80'; wait $!; echo $?
  1
  1
  1
  bash: line 75:   <pid:1> Killed                  sleep 80
  137
  $ sh -c 'sleep 90 & kill $!; wait $!; echo $?'; bash -c 'sleep 91 & kill -KILL $!; wait $!; echo $?'
  Terminated
  143
  bash: line 1:   <pid:2> Killed                  sleep 91
  137
  $ bash -c 'trap "echo caught INT" INT; kill -INT $$; echo on'
  caught INT
  on
  $ bash -c 'trap - TERM; kill $$; echo no'
  Terminated
  [143]
  $ echo $?
  0
  $ bash -c 'ulimit -n 10; exec 9</dev/null; exec 10</dev/null'
  bash: line 1: 10: Bad file descriptor
  [1]
  $ echo $?
  0
  $ ulimit -Sn
  1024
  $ bash -c 'ulimit -c; ulimit -s; ulimit -f'
  0
  8192
  unlimited
  $ prlimit --nproc --output SOFT --noheadings
  1842
  $ prlimit --nofile=10 bash -c 'ulimit -n'
  10
  $ nice -n 3 bash -c 'nice'
  3
  $ setsid echo done
  done
  $ nohup true
  $ echo $?
  0
  $ time -p true 2>&1
  real 0.00
  user 0.00
  sys 0.00
  $ timeout 1 true
  $ echo $?
  0
  $ env -i /bin/true
  $ echo $?
  0
  $ nproc
  1
  $ getconf PAGESIZE
  4096
  $ uptime -p | cut -d' ' -f1
  up
  $ kill -l 10
  USR1
  $ kill -l SIGKILL
  9
  $ /bin/kill -l 9
  KILL
  $ type kill
  kill is a shell builtin
  $ command -v sleep
  /usr/bin/sleep
  $ which ps unshare
  /usr/bin/ps
  /usr/bin/unshare
  $ hash -r
  $ true & wait
  $ echo $?
  0
  $ false & wait $!
  [1]
  $ echo $?
  0
  $ (exit 4) & wait $!
  [4]
  $ echo $?
  0
