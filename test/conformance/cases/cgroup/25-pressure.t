# title: Pressure files and triggers
# timeout: 200
  $ mkdir /sys/fs/cgroup/p; cd /sys/fs/cgroup/p; ls -l *.pressure | cut -c1-10; cat cpu.pressure memory.pressure io.pressure
  -rw-r--r--
  -rw-r--r--
  -rw-r--r--
  -rw-r--r--
  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  full avg10=0.00 avg60=0.00 avg300=0.00 total=0
  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  full avg10=0.00 avg60=0.00 avg300=0.00 total=0
  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  full avg10=0.00 avg60=0.00 avg300=0.00 total=0
  $ for v in "some 150000 1000000" "full 100000 1000000" "some 1 2" "some 100000 100000" "some 500000 100000" "some 150000 20000000" "bar 1 1" "some" "" "some 0 1000000" "some 1000000 1000000" "full 500000 500000"; do echo "[$v]"; echo "$v" > memory.pressure; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  [some 150000 1000000]
  [full 100000 1000000]
  [some 1 2]
  bash: echo: write error: Invalid argument
  [some 100000 100000]
  bash: echo: write error: Invalid argument
  [some 500000 100000]
  bash: echo: write error: Invalid argument
  [some 150000 20000000]
  bash: echo: write error: Invalid argument
  [bar 1 1]
  bash: echo: write error: Invalid argument
  [some]
  bash: echo: write error: Invalid argument
  []
  bash: echo: write error: Invalid argument
  [some 0 1000000]
  bash: echo: write error: Invalid argument
  [some 1000000 1000000]
  [full 500000 500000]
  $ for f in cpu io memory; do for k in some full; do echo "$k 150000 1000000" > $f.pressure && echo $f $k ok; done; done 2>&1 | sed 's/bash: line [0-9]*/bash/'
  cpu some ok
  cpu full ok
  io some ok
  io full ok
  memory some ok
  memory full ok
  $ cat memory.pressure
  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  full avg10=0.00 avg60=0.00 avg300=0.00 total=0
  $ ls -l /proc/pressure | cut -c1-10; echo "some 150000 1000000" > /proc/pressure/cpu && echo ok; echo some > /proc/pressure/memory
  total 0
  -rw-rw-rw-
  -rw-rw-rw-
  -rw-rw-rw-
  ok
  bash: line 9: echo: write error: Invalid argument
  [1]
  $ echo 0 > cgroup.pressure; cat cgroup.pressure; ls *.pressure; cat cpu.pressure; echo "some 150000 1000000" > cpu.pressure
  0
  cgroup.pressure
  cat: cpu.pressure: No such file or directory
  bash: line 11: cpu.pressure: Permission denied
  [1]
  $ echo 1 > cgroup.pressure; ls *.pressure; cat cpu.pressure | head -1
  cgroup.pressure
  cpu.pressure
  io.pressure
  memory.pressure
  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  $ cat /sys/fs/cgroup/cpu.pressure | sed 's/[0-9.]*[0-9]/N/g'; cat /proc/pressure/cpu | sed 's/[0-9.]*[0-9]/N/g'
  some avgN=N avgN=N avgN=N total=N
  full avgN=N avgN=N avgN=N total=N
  some avgN=N avgN=N avgN=N total=N
  full avgN=N avgN=N avgN=N total=N
  $ sh -c 'echo $$ > cgroup.procs; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done' ; grep -c . cpu.pressure
  2
  $ echo 20000 50000 > cpu.max; sh -c 'echo $$ > cgroup.procs; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done'; awk -F= '/some/{print ($NF > 1000)} /full/{print ($NF > 1000)}' cpu.pressure; awk '/nr_throttled/{print ($2 > 0)} /throttled_usec/{print ($2 > 1000)}' cpu.stat
  1
  1
  1
  1
  $ cd /; rmdir /sys/fs/cgroup/p
