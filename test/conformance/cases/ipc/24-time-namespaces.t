# title: Offsets of a time namespace
# user: learner

  $ unshare -T true
  unshare: unshare failed: Operation not permitted
  [1]
  $ unshare -UrT cat /proc/self/timens_offsets
  monotonic           0         0
  boottime            0         0
  $ unshare -UrT --boottime 1000 cat /proc/self/timens_offsets
  monotonic           0         0
  boottime         1000         0
  $ unshare -UrT -f --boottime 5000000 --monotonic 300 sh -c 'cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime | wc -c'
  monotonic         300         0
  boottime      5000000         0
  8
  $ unshare -UrT --boottime abc true
  unshare: failed to parse boottime offset: 'abc'
  [1]
  $ unshare -UrT --boottime 1.5 true
  unshare: failed to parse boottime offset: '1.5'
  [1]
  $ unshare -UrT --boottime=9999999999999 true
  unshare: failed to write to /proc/self/timens_offsets: Numerical result out of range
  [1]
  $ unshare -UrT -f sh -c 'echo monotonic 10 0 > /proc/self/timens_offsets'
  sh: 1: echo: echo: I/O error
  [1]
  $ unshare -UrT bash -c 'echo monotonic 10 0 > /proc/$$/timens_offsets; cat /proc/$$/timens_offsets; ls -d /etc; echo monotonic 11 0 > /proc/$$/timens_offsets'
  monotonic          10         0
  boottime            0         0
  /etc
  bash: line 1: echo: write error: Permission denied
  [1]
  $ unshare -UrT bash -c 'echo "monotonic 10 2000000000" > /proc/$$/timens_offsets'
  bash: line 1: echo: write error: Invalid argument
  [1]
  $ unshare -UrT bash -c 'echo "realtime 10 0" > /proc/$$/timens_offsets'
  bash: line 1: echo: write error: Invalid argument
  [1]
  $ unshare -UrT bash -c 'printf "monotonic 1 0\nboottime 2 5\n" > /proc/$$/timens_offsets; cat /proc/$$/timens_offsets'
  monotonic           1         0
  boottime            2         5
  $ unshare -UrT bash -c 'echo "1 3 0" > /proc/$$/timens_offsets; echo "7 4 0" > /proc/$$/timens_offsets; cat /proc/$$/timens_offsets'
  monotonic           3         0
  boottime            4         0
  $ sudo unshare -T --fork --monotonic 100 sh -c 'nsenter -t $PPID -T true; cat /proc/1/timens_offsets; readlink /proc/self/ns/time'
  monotonic           0         0
  boottime            0         0
  time:[<ns:1>]
  $ sudo unshare -T --fork --boottime 864000 sleep 20 & sleep 1
  $ P=$(pgrep -x sleep); sudo nsenter -t $P -T uptime -p | cut -d, -f1
  up 1 week
  $ sudo nsenter -t $P --time cat /proc/self/timens_offsets
  monotonic           0         0
  boottime       864000         0
  $ sudo kill $P
  $ ls -l /proc/self/ns/ | awk '{print $9}'
  
  cgroup
  ipc
  mnt
  net
  pid
  pid_for_children
  time
  time_for_children
  user
  uts
  $ ls /proc/self/ns | wc -l
  10
  $ sudo touch /run/t1; sudo unshare --time=/run/t1 -f --boottime 7200 true; sudo nsenter --time=/run/t1 cat /proc/self/timens_offsets; sudo umount /run/t1
  monotonic           0         0
  boottime         7200         0
  $ unshare -UrC cat /proc/self/cgroup
  0::/
  $ unshare -C true
  unshare: unshare failed: Operation not permitted
  [1]
