# title: Groups seen from cgroup namespaces, and those that threads share
# timeout: 120
# mask: line \d+:\s+(\d+) Killed => pid
# mask: ^(\d{3,})$ => pid
  $ cd /sys/fs/cgroup; mkdir -p t/a/b; echo $$ > t/a/cgroup.procs; cat /proc/self/cgroup; unshare -C cat /proc/self/cgroup; unshare -Cm sh -c 'mount -t cgroup2 none /mnt; ls -d /mnt/b; cat /mnt/cgroup.procs | wc -l; echo 0 > /mnt/b/cgroup.procs; cat /proc/self/cgroup; cat /proc/1/cgroup'; cat /proc/$$/cgroup; readlink /proc/self/ns/cgroup
  0::/t/a
  0::/
  /mnt/b
  4
  0::/b
  0::/../..
  0::/t/a
  cgroup:[4026531835]
  $ echo +pids > t/cgroup.subtree_control; echo +pids > t/a/cgroup.subtree_control; echo $$ > t/a/b/cgroup.procs; echo +pids > t/a/cgroup.subtree_control; cat t/a/cgroup.controllers; echo 0 > t/a/cgroup.procs; echo 5 > t/a/b/pids.max; echo 4 > t/a/pids.max; cat t/a/b/pids.max; for i in 1 2 3 4 5 6; do sleep 5 & done 2>&1 | head -2; cat t/a/pids.events; kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; echo $$ > cgroup.procs
  bash: line 3: echo: write error: Operation not supported
  pids
  5
  bash: fork: retry: Resource temporarily unavailable
  bash: fork: retry: Resource temporarily unavailable
  max 3
  $ echo threaded > t/a/b/cgroup.type; cat t/a/b/cgroup.type t/a/cgroup.type t/cgroup.type; echo domain > t/a/b/cgroup.type; echo 1 > t/a/cgroup.freeze; cat t/a/cgroup.events; sleep 100 & echo $! > t/a/cgroup.procs; cat t/a/cgroup.events; ps -o stat= -p $!; kill -9 $!; sleep 0.3; cat t/a/cgroup.procs; echo 0 > t/a/cgroup.freeze
  threaded
  domain threaded
  domain
  bash: line 5: echo: write error: Invalid argument
  populated 1
  frozen 1
  populated 1
  frozen 1
  S
  bash: line 5:   <pid:1> Killed                  sleep 100
  <pid:2>
  <pid:3>
  $ mkdir t/k; (sleep 100 & sleep 100 & sleep 0.2; exit) & sleep 100 & echo $! > t/k/cgroup.procs; cat t/k/cgroup.events; echo 1 > t/k/cgroup.kill; wait $!; echo $?; cat t/k/cgroup.events; echo 2 > t/k/cgroup.kill; rmdir t/k; kill $(jobs -p) 2>/dev/null; pkill -x sleep
  populated 1
  frozen 0
  bash: line 7:   <pid:4> Killed                  sleep 100
  <pid:5>
  populated 0
  frozen 0
  bash: line 7: echo: write error: Numerical result out of range
  $ echo 1 > t/cgroup.max.descendants; mkdir t/x; cat t/cgroup.stat; echo max > t/cgroup.max.descendants; echo 1 > t/cgroup.max.depth; mkdir t/a/x; mkdir t/x && rmdir t/x; echo -1 > t/cgroup.max.depth; mkdir t/cgroup.procs; mkdir t/a; touch t/foo; rm t/a/pids.max; mv t/a t/z; rmdir t; rmdir t/a/b t/a t; ls -d t
  mkdir: cannot create directory ‘t/x’: Resource temporarily unavailable
  nr_descendants 2
  nr_dying_descendants 0
  mkdir: cannot create directory ‘t/a/x’: Resource temporarily unavailable
  bash: line 9: echo: write error: Numerical result out of range
  mkdir: cannot create directory ‘t/cgroup.procs’: File exists
  mkdir: cannot create directory ‘t/a’: File exists
  touch: cannot touch 't/foo': Permission denied
  rm: cannot remove 't/a/pids.max': Operation not permitted
  mv: cannot move 't/a' to 't/z': Operation not permitted
  rmdir: failed to remove 't': Device or resource busy
  ls: cannot access 't': No such file or directory
  [2]
  $ su learner -c 'mkdir /sys/fs/cgroup/l; echo 0 > /sys/fs/cgroup/cgroup.procs; cat /sys/fs/cgroup/cgroup.procs | wc -l | grep -c .'; mkdir d d/in; chown -R learner d; su learner -c 'cd /sys/fs/cgroup/d; mkdir own; echo $$ > in/cgroup.procs; echo +pids > cgroup.subtree_control; ls own | head -2; echo 1M > memory.max; rmdir own'; echo $$ > d/in/cgroup.procs; su learner -c 'echo $$ > /sys/fs/cgroup/d/cgroup.procs; echo $?; cat /proc/self/cgroup'; echo $$ > cgroup.procs; rmdir d/in d
  mkdir: cannot create directory ‘/sys/fs/cgroup/l’: Permission denied
  bash: line 1: /sys/fs/cgroup/cgroup.procs: Permission denied
  1
  bash: line 1: echo: write error: Permission denied
  cgroup.controllers
  cgroup.events
  bash: line 1: echo: write error: Device or resource busy
  1
  0::/d/in
