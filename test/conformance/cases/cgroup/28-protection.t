# title: memory.low and memory.min protect what could be read again
# timeout: 120
  $ cd /sys/fs/cgroup; mkdir -p m/a m/b; echo +memory > m/cgroup.subtree_control; head -c 20M /dev/zero > /root/fa; head -c 20M /dev/zero > /root/fb; sync; echo 3 > /proc/sys/vm/drop_caches
  $ sh -c 'echo 0 > m/a/cgroup.procs; cat /root/fa > /dev/null'; sh -c 'echo 0 > m/b/cgroup.procs; cat /root/fb > /dev/null'; for g in a b; do awk '{print int($1/1048576 + 0.5)}' m/$g/memory.current; done
  20
  20
  $ echo 15M > m/a/memory.min; cat m/a/memory.min m/b/memory.min; echo 16M > m/memory.reclaim; for g in a b; do awk '{print ($1 > 14*1048576)}' m/$g/memory.current; done
  15728640
  0
  1
  0
  $ echo 0 > m/a/memory.min; echo 10M > m/a/memory.low; cat m/a/memory.low; echo 30M > m/memory.reclaim; for g in a b; do awk '{print ($1 < 8*1048576)}' m/$g/memory.current; done
  10485760
  bash: line 7: echo: write error: Resource temporarily unavailable
  1
  1
  $ awk '/^low/{print ($2 > 0)}' m/a/memory.events
  1
  $ for v in max 0 5G -1 foo; do echo $v > m/memory.low; cat m/memory.low; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  max
  0
  5368709120
  bash: echo: write error: Invalid argument
  5368709120
  bash: echo: write error: Invalid argument
  5368709120
  $ rmdir m/a m/b m; rm /root/fa /root/fb
