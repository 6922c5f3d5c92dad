# title: Out of memory, told by files
# mask: (: +\d+) Killed => =: <pid>
# mask: ^(max \d+)$ => =max N
# timeout: 60
  $ mkdir -p /sys/fs/cgroup/mem/{one,two}; echo +memory > /sys/fs/cgroup/mem/cgroup.subtree_control; cd /sys/fs/cgroup/mem; echo 20M > memory.max
  $ bash -c 'echo $$ > one/cgroup.procs; exec python3 -c "x = bytearray(60*1024*1024); print(len(x))"'; echo $?
  bash: line 3: <pid> Killed                  bash -c 'echo $$ > one/cgroup.procs; exec python3 -c "x = bytearray(60*1024*1024); print(len(x))"'
  137
  $ grep -v ' 0$' memory.events | cut -d' ' -f1; cat memory.events.local; grep oom one/memory.events two/memory.events
  max
  oom
  oom_kill
  low 0
  high 0
  max N
  oom 1
  oom_kill 0
  oom_group_kill 0
  one/memory.events:oom 0
  one/memory.events:oom_kill 1
  one/memory.events:oom_group_kill 0
  two/memory.events:oom 0
  two/memory.events:oom_kill 0
  two/memory.events:oom_group_kill 0
  $ dmesg | grep -o 'oom-kill:.*' | sed 's/pid=[0-9]*/pid=P/; s/,uid.*//' | tail -1
  oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/mem,task_memcg=/mem/one,task=python3,pid=P
  $ dmesg | grep -E 'Memory cgroup out of memory' | sed -E 's/[0-9]+/N/g' | tail -1
  [   N.N] Memory cgroup out of memory: Killed process N (pythonN) total-vm:NkB, anon-rss:NkB, file-rss:NkB, shmem-rss:NkB, UID:N pgtables:NkB oom_score_adj:N
  $ echo 1 > one/memory.oom.group; bash -c 'echo $$ > one/cgroup.procs; sleep 50 & tail /dev/zero'; echo $?; cat one/memory.events; wc -l < one/cgroup.procs
  bash: line 11: <pid> Killed                  bash -c 'echo $$ > one/cgroup.procs; sleep 50 & tail /dev/zero'
  137
  low 0
  high 0
  max N
  oom 0
  oom_kill 5
  oom_group_kill 1
  0
  $ echo 5 > one/memory.oom.group; echo yes > one/memory.oom.group; cat one/memory.oom.group
  bash: line 13: echo: write error: Invalid argument
  bash: line 13: echo: write error: Invalid argument
  1
  $ echo 10M > two/memory.high; bash -c 'echo $$ > two/cgroup.procs; exec timeout 2 tail /dev/zero'; echo $?; awk '$1=="high" {print ($2 > 0)}' two/memory.events
  124
  1
  $ cat memory.swap.max memory.swap.current memory.swap.events 2>&1; cat memory.min memory.low; echo 5M > memory.min; cat memory.min; echo 5X > memory.low; echo "" > memory.low; cat memory.low
  max
  0
  high 0
  max N
  fail 0
  0
  0
  5242880
  bash: line 17: echo: write error: Invalid argument
  0
  $ bash -c 'echo $$ > two/cgroup.procs; dd if=/dev/zero of=/tmp/big bs=1M count=30 2>/dev/null; echo $?'; test $(cat two/memory.peak) -gt 1000000 && echo peaked; rm /tmp/big
  0
  peaked
  $ echo 1M > memory.reclaim; echo $?; echo junk > memory.reclaim; cat memory.reclaim
  bash: line 21: echo: write error: Resource temporarily unavailable
  1
  bash: line 21: echo: write error: Invalid argument
  cat: memory.reclaim: Invalid argument
  [1]
  $ head -1 memory.stat | cut -d' ' -f1; awk '{print $1}' memory.stat | head -20 | tr '\n' ' '; wc -l < memory.stat; ls memory.numa_stat
  anon
  anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp inactive_anon active_anon inactive_file 47
  memory.numa_stat
