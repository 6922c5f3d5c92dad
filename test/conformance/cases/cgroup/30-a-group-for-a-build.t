# title: A group for a build
  $ mkdir /sys/fs/cgroup/build /sys/fs/cgroup/build/{cc,ld}
  $ cat /sys/fs/cgroup/build/cgroup.controllers; cat /sys/fs/cgroup/build/cgroup.subtree_control; cat /sys/fs/cgroup/build/cgroup.type /sys/fs/cgroup/build/cc/cgroup.type
  cpu io memory pids
  domain
  domain
  $ echo '+cpu +memory +pids' > /sys/fs/cgroup/build/cgroup.subtree_control && cat /sys/fs/cgroup/build/cgroup.subtree_control
  cpu memory pids
  $ ls /sys/fs/cgroup/build/cc
  cgroup.controllers
  cgroup.events
  cgroup.freeze
  cgroup.kill
  cgroup.max.depth
  cgroup.max.descendants
  cgroup.pressure
  cgroup.procs
  cgroup.stat
  cgroup.subtree_control
  cgroup.threads
  cgroup.type
  cpu.idle
  cpu.max
  cpu.max.burst
  cpu.pressure
  cpu.stat
  cpu.weight
  cpu.weight.nice
  io.pressure
  memory.current
  memory.events
  memory.events.local
  memory.high
  memory.low
  memory.max
  memory.min
  memory.numa_stat
  memory.oom.group
  memory.peak
  memory.pressure
  memory.reclaim
  memory.stat
  memory.swap.current
  memory.swap.events
  memory.swap.high
  memory.swap.max
  pids.current
  pids.events
  pids.max
  pids.peak
  $ ls /sys/fs/cgroup/build
  cc
  cgroup.controllers
  cgroup.events
  cgroup.freeze
  cgroup.kill
  cgroup.max.depth
  cgroup.max.descendants
  cgroup.pressure
  cgroup.procs
  cgroup.stat
  cgroup.subtree_control
  cgroup.threads
  cgroup.type
  cpu.idle
  cpu.max
  cpu.max.burst
  cpu.pressure
  cpu.stat
  cpu.weight
  cpu.weight.nice
  io.max
  io.pressure
  io.stat
  io.weight
  ld
  memory.current
  memory.events
  memory.events.local
  memory.high
  memory.low
  memory.max
  memory.min
  memory.numa_stat
  memory.oom.group
  memory.peak
  memory.pressure
  memory.reclaim
  memory.stat
  memory.swap.current
  memory.swap.events
  memory.swap.high
  memory.swap.max
  pids.current
  pids.events
  pids.max
  pids.peak
  $ echo 500M > /sys/fs/cgroup/build/cc/memory.max; cat /sys/fs/cgroup/build/cc/memory.max; echo 1.5G > /sys/fs/cgroup/build/cc/memory.max; echo 1g > /sys/fs/cgroup/build/cc/memory.high; cat /sys/fs/cgroup/build/cc/memory.high
  524288000
  bash: line 11: echo: write error: Invalid argument
  1073741824
  $ echo -1 > /sys/fs/cgroup/build/cc/memory.max; cat /sys/fs/cgroup/build/cc/memory.max
  bash: line 13: echo: write error: Invalid argument
  524288000
  $ echo 100 > /sys/fs/cgroup/build/cc/memory.max; cat /sys/fs/cgroup/build/cc/memory.max; echo 4097 > /sys/fs/cgroup/build/cc/memory.max; cat /sys/fs/cgroup/build/cc/memory.max
  0
  4096
  $ echo "50000" > /sys/fs/cgroup/build/ld/cpu.max; cat /sys/fs/cgroup/build/ld/cpu.max; echo "max 50000" > /sys/fs/cgroup/build/ld/cpu.max; cat /sys/fs/cgroup/build/ld/cpu.max; echo "10 100000" > /sys/fs/cgroup/build/ld/cpu.max; echo "1000 2000000" > /sys/fs/cgroup/build/ld/cpu.max; echo max > /sys/fs/cgroup/build/ld/cpu.max; cat /sys/fs/cgroup/build/ld/cpu.max
  50000 100000
  max 50000
  bash: line 17: echo: write error: Invalid argument
  bash: line 17: echo: write error: Invalid argument
  max 50000
  $ echo 0 > /sys/fs/cgroup/build/ld/cpu.weight; echo 10001 > /sys/fs/cgroup/build/ld/cpu.weight; echo 10000 > /sys/fs/cgroup/build/ld/cpu.weight; cat /sys/fs/cgroup/build/ld/cpu.weight /sys/fs/cgroup/build/ld/cpu.weight.nice; echo -10 > /sys/fs/cgroup/build/ld/cpu.weight.nice; cat /sys/fs/cgroup/build/ld/cpu.weight; echo 20 > /sys/fs/cgroup/build/ld/cpu.weight.nice; echo 1 > /sys/fs/cgroup/build/ld/cpu.idle; cat /sys/fs/cgroup/build/ld/cpu.weight; echo 5 > /sys/fs/cgroup/build/ld/cpu.weight
  bash: line 19: echo: write error: Numerical result out of range
  bash: line 19: echo: write error: Numerical result out of range
  10000
  -20
  932
  bash: line 19: echo: write error: Numerical result out of range
  0
  bash: line 19: echo: write error: Invalid argument
  [1]
  $ echo -5 > /sys/fs/cgroup/build/ld/pids.max; echo 0 > /sys/fs/cgroup/build/ld/pids.max; sh -c 'echo $$ > /sys/fs/cgroup/build/ld/cgroup.procs; id'; cat /sys/fs/cgroup/build/ld/pids.events; echo abc > /sys/fs/cgroup/build/ld/pids.max; echo 4194305 > /sys/fs/cgroup/build/ld/pids.max; echo 4194304 > /sys/fs/cgroup/build/ld/pids.max; cat /sys/fs/cgroup/build/ld/pids.max
  bash: line 21: echo: write error: Invalid argument
  sh: 1: Cannot fork
  max 1
  bash: line 21: echo: write error: Invalid argument
  bash: line 21: echo: write error: Invalid argument
  4194304
  $ rmdir /sys/fs/cgroup/build; rm -r /sys/fs/cgroup/build 2>&1 | head -3; rmdir /sys/fs/cgroup/build/cc /sys/fs/cgroup/build/ld; rmdir /sys/fs/cgroup/build; ls -d /sys/fs/cgroup/build
  rmdir: failed to remove '/sys/fs/cgroup/build': Device or resource busy
  rm: cannot remove '/sys/fs/cgroup/build/cgroup.events': Operation not permitted
  rm: cannot remove '/sys/fs/cgroup/build/memory.events': Operation not permitted
  rm: cannot remove '/sys/fs/cgroup/build/io.pressure': Operation not permitted
  ls: cannot access '/sys/fs/cgroup/build': No such file or directory
  [2]
