# title: cgroup namespaces, and what can be mounted
# mask: (mount /proc/\d+)/ns => =mount /proc/P
  $ mkdir -p /sys/fs/cgroup/p/q /sys/fs/cgroup/p/r; sh -c 'echo $$ > /sys/fs/cgroup/p/q/cgroup.procs; exec unshare --cgroup --mount --fork sh -c "cat /proc/self/cgroup; cat /proc/1/cgroup; cat /proc/self/mountinfo | grep cgroup | cut -d\" \" -f4,5,9-"'
  0::/
  0::/../..
  /../.. /sys/fs/cgroup cgroup2 rw,nsdelegate,memory_recursiveprot
  $ sh -c 'echo $$ > /sys/fs/cgroup/p/q/cgroup.procs; exec unshare -Cm sh -c "umount /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; ls -d /sys/fs/cgroup/*/; mkdir /sys/fs/cgroup/kid; cat /sys/fs/cgroup/cgroup.procs | wc -l; echo \$\$ > /sys/fs/cgroup/kid/cgroup.procs; cat /proc/self/cgroup; cat /proc/self/mountinfo | grep cgroup2 | cut -d\" \" -f4,5,9-"'; ls -d /sys/fs/cgroup/p/q/*/
  ls: cannot access '/sys/fs/cgroup/*/': No such file or directory
  3
  0::/kid
  / /sys/fs/cgroup none rw,nsdelegate,memory_recursiveprot
  /sys/fs/cgroup/p/q/kid/
  $ sleep 60 & S=$!; echo $S > /sys/fs/cgroup/p/r/cgroup.procs; nsenter -t $S -C cat /proc/self/cgroup; cat /proc/$S/cgroup; lsns -t cgroup -o TYPE,NPROCS,COMMAND | wc -l
  0::/
  0::/p/r
  2
  $ sh -c 'echo $$ > /sys/fs/cgroup/p/q/cgroup.procs; unshare -C sleep 50 & sleep 0.5; echo'; P=$(pgrep -fx 'sleep 50'); cat /proc/$P/cgroup; nsenter -t $P -C cat /proc/self/cgroup; nsenter -t $P -C cat /proc/$P/cgroup; nsenter -t $P -C cat /proc/$S/cgroup; [ $(readlink /proc/$P/ns/cgroup) = $(readlink /proc/self/ns/cgroup) ]; echo $?
  
  0::/p/q
  0::/../..
  0::/
  0::/../r
  1
  $ nsenter -t $P -C sh -c 'echo $$ > /sys/fs/cgroup/p/r/cgroup.procs; cat /proc/self/cgroup'; kill $P $S; sleep 0.2; rmdir /sys/fs/cgroup/p/q/kid /sys/fs/cgroup/p/q /sys/fs/cgroup/p/r /sys/fs/cgroup/p
  sh: 1: echo: echo: I/O error
  0::/../..
  $ su learner -c 'unshare -C true'; su learner -c 'unshare -UC readlink /proc/self/ns/cgroup | cut -d: -f1'; su learner -c 'unshare -Ur --cgroup=/tmp/cgns true'; touch /tmp/cgns; unshare -C/tmp/cgns true; unshare --cgroup=/tmp/cgns true; findmnt -n -o FSTYPE /tmp/cgns; nsenter --cgroup=/tmp/cgns cat /proc/self/cgroup; umount /tmp/cgns
  unshare: unshare failed: Operation not permitted
  cgroup
  unshare: mount /proc/P/ns/cgroup on /tmp/cgns failed: No such file or directory
  unshare: invalid option -- '/'
  Try 'unshare --help' for more information.
  nsfs
  0::/
  $ mount -t cgroup none /mnt; mount -t cgroup -o memory none /mnt; mount -t cgroup -o none,name=mine none /mnt && cat /proc/self/cgroup && ls /mnt; umount /mnt; mount -t cgroup2 -o nsdelegate none /mnt; grep ' /mnt ' /proc/mounts; umount /mnt; mount -t cgroup2 -o memory none /mnt; mount -t cgroup2 -o bogus none /mnt
  mount: /mnt: none already mounted or mount point busy.
         dmesg(1) may have more information after failed mount system call.
  mount: /mnt: none already mounted or mount point busy.
         dmesg(1) may have more information after failed mount system call.
  3:name=mine:/
  0::/
  cgroup.clone_children
  cgroup.procs
  cgroup.sane_behavior
  notify_on_release
  release_agent
  tasks
  none /mnt cgroup2 rw,relatime,nsdelegate 0 0
  mount: /mnt: wrong fs type, bad option, bad superblock on none, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  mount: /mnt: wrong fs type, bad option, bad superblock on none, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  [32]
