# title: cpu.max and cpu.max.burst
# timeout: 200
  $ mkdir /sys/fs/cgroup/b; cd /sys/fs/cgroup/b; cat cpu.max cpu.max.burst
  max 100000
  0
  $ for v in 1000 100000 -1 max foo 5000000000 ""; do echo "<$v>"; echo $v > cpu.max.burst; cat cpu.max.burst; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  <1000>
  1000
  <100000>
  100000
  <-1>
  bash: echo: write error: Invalid argument
  100000
  <max>
  bash: echo: write error: Invalid argument
  100000
  <foo>
  bash: echo: write error: Invalid argument
  100000
  <5000000000>
  5000000000
  <>
  bash: echo: write error: Invalid argument
  5000000000
  $ echo 50000 > cpu.max; cat cpu.max cpu.max.burst; for v in 50001 50000 20000; do echo $v > cpu.max.burst && cat cpu.max.burst; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  bash: line 5: echo: write error: Invalid argument
  max 100000
  5000000000
  50001
  50000
  20000
  $ echo 10000 100000 > cpu.max; cat cpu.max; echo 0 > cpu.max.burst; echo 10000 100000 > cpu.max; cat cpu.max
  bash: line 7: echo: write error: Invalid argument
  max 100000
  10000 100000
  $ for v in "max" "max 50000" "1000 1000" "999 1000" "1000 999" "1000 1000000" "1000 1000001" "0" "-1" "5000 x" "1 2 3" "  7000   20000 "; do echo "$v" > cpu.max; echo "[$v] $(cat cpu.max)"; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  [max] max 100000
  [max 50000] max 50000
  [1000 1000] 1000 1000
  bash: echo: write error: Invalid argument
  [999 1000] 1000 1000
  bash: echo: write error: Invalid argument
  [1000 999] 1000 1000
  [1000 1000000] 1000 1000000
  bash: echo: write error: Invalid argument
  [1000 1000001] 1000 1000000
  bash: echo: write error: Invalid argument
  [0] 1000 1000000
  bash: echo: write error: Invalid argument
  [-1] 1000 1000000
  [5000 x] 5000 1000000
  bash: echo: write error: Invalid argument
  [1 2 3] 5000 1000000
  [  7000   20000 ] 7000 20000
  $ cat cpu.stat | cut -d' ' -f1
  usage_usec
  user_usec
  system_usec
  nr_periods
  nr_throttled
  throttled_usec
  nr_bursts
  burst_usec
  $ echo 20000 100000 > cpu.max; echo 20000 > cpu.max.burst; cat cpu.max cpu.max.burst
  20000 100000
  20000
  $ for v in 1 10000 0 10001 100 foo; do echo $v > cpu.weight; cat cpu.weight cpu.weight.nice | xargs; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  1 19
  10000 -20
  bash: echo: write error: Numerical result out of range
  10000 -20
  bash: echo: write error: Numerical result out of range
  10000 -20
  100 0
  bash: echo: write error: Invalid argument
  100 0
  $ for v in -20 19 20 -21 0 5; do echo $v > cpu.weight.nice; cat cpu.weight cpu.weight.nice | xargs; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  8668 -20
  1 19
  bash: echo: write error: Numerical result out of range
  1 19
  bash: echo: write error: Numerical result out of range
  1 19
  100 0
  33 5
  $ echo 1 > cpu.idle; cat cpu.idle cpu.weight cpu.weight.nice; echo 200 > cpu.weight; echo 2 > cpu.idle; echo 0 > cpu.idle; cat cpu.weight
  1
  0
  19
  bash: line 19: echo: write error: Invalid argument
  bash: line 19: echo: write error: Invalid argument
  100
  $ cd /; rmdir /sys/fs/cgroup/b
