# title: What each file of a group takes
  $ mkdir /sys/fs/cgroup/x; ls /sys/fs/cgroup/x | tr '\n' ' '
  cgroup.controllers cgroup.events cgroup.freeze cgroup.kill cgroup.max.depth cgroup.max.descendants cgroup.pressure cgroup.procs cgroup.stat cgroup.subtree_control cgroup.threads cgroup.type cpu.idle cpu.max cpu.max.burst cpu.pressure cpu.stat cpu.weight cpu.weight.nice io.max io.pressure io.stat io.weight memory.current memory.events memory.events.local memory.high memory.low memory.max memory.min memory.numa_stat memory.oom.group memory.peak memory.pressure memory.reclaim memory.stat memory.swap.current memory.swap.events memory.swap.high memory.swap.max pids.current pids.events pids.max pids.peak
  $ cd /sys/fs/cgroup/x; for f in *; do echo "-- $f"; for v in foo 5 "" max; do echo "$v" > $f; done; done 2>&1
  -- cgroup.controllers
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.events
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.freeze
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Numerical result out of range
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.kill
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Numerical result out of range
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.max.depth
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.max.descendants
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.pressure
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Numerical result out of range
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.procs
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.stat
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.subtree_control
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.threads
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cgroup.type
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.idle
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.max
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.max.burst
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.pressure
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.stat
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.weight
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- cpu.weight.nice
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- io.max
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- io.pressure
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- io.stat
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- io.weight
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.current
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.events
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.events.local
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.high
  bash: line 3: echo: write error: Invalid argument
  -- memory.low
  bash: line 3: echo: write error: Invalid argument
  -- memory.max
  bash: line 3: echo: write error: Invalid argument
  -- memory.min
  bash: line 3: echo: write error: Invalid argument
  -- memory.numa_stat
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.oom.group
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.peak
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.pressure
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.reclaim
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Resource temporarily unavailable
  bash: line 3: echo: write error: Invalid argument
  -- memory.stat
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.swap.current
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.swap.events
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- memory.swap.high
  bash: line 3: echo: write error: Invalid argument
  -- memory.swap.max
  bash: line 3: echo: write error: Invalid argument
  -- pids.current
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- pids.events
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- pids.max
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  -- pids.peak
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  bash: line 3: echo: write error: Invalid argument
  [1]
  $ grep . cpu.* io.* memory.* pids.* cgroup.[a-oq-z]* 2>/dev/null | grep -v "stat:\|pressure:"
  cpu.idle:0
  cpu.max:max 100000
  cpu.max.burst:5
  cpu.weight:33
  cpu.weight.nice:5
  io.weight:default 5
  memory.current:0
  memory.events:low 0
  memory.events:high 0
  memory.events:max 0
  memory.events:oom 0
  memory.events:oom_kill 0
  memory.events:oom_group_kill 0
  memory.events.local:low 0
  memory.events.local:high 0
  memory.events.local:max 0
  memory.events.local:oom 0
  memory.events.local:oom_kill 0
  memory.events.local:oom_group_kill 0
  memory.high:max
  memory.low:max
  memory.max:max
  memory.min:max
  memory.oom.group:0
  memory.peak:0
  memory.swap.current:0
  memory.swap.events:high 0
  memory.swap.events:max 0
  memory.swap.events:fail 0
  memory.swap.high:max
  memory.swap.max:max
  pids.current:0
  pids.events:max 0
  pids.max:max
  pids.peak:0
  cgroup.controllers:cpu io memory pids
  cgroup.events:populated 0
  cgroup.events:frozen 0
  cgroup.freeze:0
  cgroup.max.depth:max
  cgroup.max.descendants:max
  cgroup.type:domain
  $ for v in 0 -1 1k 4096 10M 1.5G 0x10 010 "10 M" 9999999999999999999 18446744073709551615; do echo "$v" > memory.max; echo "[$v] $(cat memory.max)"; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  [0] 0
  bash: echo: write error: Invalid argument
  [-1] 0
  [1k] 0
  [4096] 4096
  [10M] 10485760
  bash: echo: write error: Invalid argument
  [1.5G] 10485760
  [0x10] 0
  [010] 0
  bash: echo: write error: Invalid argument
  [10 M] 0
  [9999999999999999999] max
  [18446744073709551615] max
  $ for f in memory.swap.max memory.swap.high memory.low memory.min memory.high; do echo 10M > $f; echo "$f $(cat $f)"; echo -5 > $f; echo max > $f; cat $f; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  memory.swap.max 10485760
  bash: echo: write error: Invalid argument
  max
  memory.swap.high 10485760
  bash: echo: write error: Invalid argument
  max
  memory.low 10485760
  bash: echo: write error: Invalid argument
  max
  memory.min 10485760
  bash: echo: write error: Invalid argument
  max
  memory.high 10485760
  bash: echo: write error: Invalid argument
  max
  $ for v in 1 0 2 -1 x; do echo $v > memory.oom.group; echo "[$v] $(cat memory.oom.group)"; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  [1] 1
  [0] 0
  bash: echo: write error: Invalid argument
  [2] 0
  bash: echo: write error: Invalid argument
  [-1] 0
  bash: echo: write error: Invalid argument
  [x] 0
  $ cat memory.swap.current memory.swap.events memory.swap.max memory.swap.high; cat /proc/swaps
  0
  high 0
  max 0
  fail 0
  max
  max
  Filename				Type		Size		Used		Priority
  $ for v in 4k 1M max "" -1; do echo "[$v]"; echo "$v" > memory.reclaim; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  [4k]
  bash: echo: write error: Resource temporarily unavailable
  [1M]
  bash: echo: write error: Resource temporarily unavailable
  [max]
  bash: echo: write error: Invalid argument
  []
  bash: echo: write error: Resource temporarily unavailable
  [-1]
  bash: echo: write error: Invalid argument
  $ ls -l memory.* | cut -c1-10 | sort | uniq -c
        1 --w-------
        8 -r--r--r--
        8 -rw-r--r--
  $ cd /; rmdir /sys/fs/cgroup/x; ls /sys/fs/cgroup/x
  ls: cannot access '/sys/fs/cgroup/x': No such file or directory
  [2]
