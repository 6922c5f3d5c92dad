# title: Freezing and killing a tree of groups
# mask: (: +\d+) Killed => =: <pid>
  $ mkdir -p /sys/fs/cgroup/jobs/a/b; cd /sys/fs/cgroup/jobs
  $ sleep 200 & echo $! > a/b/cgroup.procs; sleep 201 & echo $! > a/cgroup.procs
  $ wc -l < a/cgroup.procs; wc -l < a/b/cgroup.procs; cat cgroup.events a/cgroup.events
  1
  1
  populated 1
  frozen 0
  populated 1
  frozen 0
  $ echo 1 > cgroup.freeze; sleep 0.3; cat cgroup.events a/b/cgroup.events; ps -o stat,args -C sleep; cat a/b/cgroup.freeze
  populated 1
  frozen 1
  populated 1
  frozen 1
  STAT COMMAND
  S    sleep 200
  S    sleep 201
  0
  $ kill -9 $(cat a/b/cgroup.procs); sleep 0.3; cat a/b/cgroup.events
  bash: line 9: <pid> Killed                  sleep 200
  populated 0
  frozen 1
  $ echo 2 > a/cgroup.freeze; echo x > a/cgroup.freeze; echo 0 > a/cgroup.freeze; cat a/cgroup.events
  bash: line 11: echo: write error: Numerical result out of range
  bash: line 11: echo: write error: Invalid argument
  populated 1
  frozen 1
  $ echo 0 > cgroup.kill; echo 2 > cgroup.kill; cat cgroup.kill; echo 1 > cgroup.kill; sleep 0.3; cat cgroup.events
  bash: line 13: echo: write error: Numerical result out of range
  bash: line 13: echo: write error: Numerical result out of range
  cat: cgroup.kill: Invalid argument
  bash: line 13: <pid> Killed                  sleep 201
  populated 0
  frozen 1
  $ echo 0 > cgroup.freeze; rmdir a/b a; ls -d */; cd ..; rmdir jobs
  ls: cannot access '*/': No such file or directory
  $ echo 1 > cgroup.freeze; echo 1 > cgroup.kill; ls cgroup.*
  bash: line 17: cgroup.freeze: Permission denied
  bash: line 17: cgroup.kill: Permission denied
  cgroup.controllers
  cgroup.max.depth
  cgroup.max.descendants
  cgroup.pressure
  cgroup.procs
  cgroup.stat
  cgroup.subtree_control
  cgroup.threads
