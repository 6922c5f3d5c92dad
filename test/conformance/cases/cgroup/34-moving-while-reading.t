# title: Moving, freezing, killing: what the files say meanwhile
# mask: (: +\d+) Killed => =: <pid>
# timeout: 60
  $ cd /sys/fs/cgroup; mkdir w1 w2; (echo $BASHPID > w1/cgroup.procs; sleep 30 & sleep 31 & wait) & sleep 0.5; wc -l < w1/cgroup.procs; cat w1/pids.current w1/cgroup.events | head -2
  3
  3
  populated 1
  $ while read p; do echo $p > w2/cgroup.procs; done < w1/cgroup.procs; wc -l < w1/cgroup.procs; wc -l < w2/cgroup.procs; cat w1/cgroup.events w2/cgroup.events
  1
  2
  populated 1
  frozen 0
  populated 1
  frozen 0
  $ ps -o pid=,cgroup= -C sleep | awk '{print $2}'; pgrep -c --cgroup /w2; pgrep --cgroup /nope; systemd-run true; cat /proc/$(pgrep -f 'sleep 30')/cgroup
  0::/w1
  0::/w2
  2
  bash: line 5: systemd-run: command not found
  0::/w1
  $ echo 1 > w2/cgroup.freeze; sleep 0.2; grep frozen w2/cgroup.events; cat /proc/$(pgrep -f 'sleep 30')/wchan; echo; grep State /proc/$(pgrep -f 'sleep 30')/status; kill -STOP $(pgrep -f 'sleep 31'); kill -TERM $(pgrep -f 'sleep 31'); sleep 0.2; pgrep -cf 'sleep 31'; echo 0 > w2/cgroup.freeze; sleep 0.2; pgrep -cf 'sleep 31'
  frozen 1
  hrtimer_nanosleep
  State:	S (sleeping)
  0
  0
  [1]
  $ kill -CONT $(pgrep -f 'sleep 31'); sleep 0.3; pgrep -cf 'sleep 31'; echo 1 > w2/cgroup.kill; sleep 0.3; cat w2/cgroup.procs | wc -l; jobs; rmdir w1 w2
  kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]
  0
  bash: line 9: <pid> Killed                  ( echo $BASHPID > w1/cgroup.procs; sleep 30 & sleep 31 & wait )
  0
  rmdir: failed to remove 'w1': Device or resource busy
  [1]
  $ mkdir lim; echo 2 > lim/pids.max; sh -c 'echo $$ > /sys/fs/cgroup/lim/cgroup.procs; (true) && echo forked; true | true && echo piped; sleep 1 & sleep 0'; cat lim/pids.events lim/pids.current; bash -c 'echo $$ > /sys/fs/cgroup/lim/cgroup.procs; timeout 1 sleep 5; echo $?'; cat lim/pids.peak
  forked
  sh: 1: Cannot fork
  max 1
  0
  timeout: fork system call failed: Resource temporarily unavailable
  125
  2
