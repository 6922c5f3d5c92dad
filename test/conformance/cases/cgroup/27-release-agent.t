# title: A named hierarchy of the first version, and its release agent
  $ mkdir /tmp/v1; mount -t cgroup -o none,name=jobs jobs /tmp/v1; cd /tmp/v1; ls -l | cut -c1-10,40-; cat tasks | wc -l | awk '{print ($1 > 10)}'
  total 0
  -rw-r--r--group.clone_children
  -rw-r--r--group.procs
  -r--r--r--group.sane_behavior
  -rw-r--r--otify_on_release
  -rw-r--r--elease_agent
  -rw-r--r--asks
  1
  $ mkdir a a/b; ls -l a | cut -c1-10; cat a/notify_on_release release_agent; cat cgroup.sane_behavior cgroup.clone_children
  total 0
  drwxr-xr-x
  -rw-r--r--
  -rw-r--r--
  -rw-r--r--
  -rw-r--r--
  0
  
  0
  0
  $ grep jobs /proc/self/cgroup /proc/mounts; cat /proc/cgroups | head -2
  /proc/self/cgroup:1:name=jobs:/
  /proc/mounts:jobs /tmp/v1 cgroup rw,relatime,name=jobs 0 0
  #subsys_name	hierarchy	num_cgroups	enabled
  cpuset	0	1	1
  $ echo 1 > notify_on_release; mkdir c; cat c/notify_on_release; echo 7 > c/notify_on_release; cat c/notify_on_release; echo 0 > c/notify_on_release; cat c/notify_on_release; echo x > c/notify_on_release; rmdir c
  1
  1
  0
  bash: line 7: echo: write error: Invalid argument
  $ printf '#!/bin/sh\necho "released $1 $# $(id -u) $(pwd)" >> /tmp/released\n' > /tmp/agent; chmod +x /tmp/agent; echo /tmp/agent > release_agent; cat release_agent
  /tmp/agent
  $ echo 1 > a/b/notify_on_release; sh -c 'echo 0 > /tmp/v1/a/b/cgroup.procs; cat /proc/self/cgroup | grep jobs; wc -l < /tmp/v1/a/b/tasks'; sleep 1; cat /tmp/released
  1:name=jobs:/a/b
  2
  released /a/b 1 0 /
  $ rmdir a/b; sleep 1; cat /tmp/released
  released /a/b 1 0 /
  $ echo 1 > a/notify_on_release; mkdir a/d; rmdir a/d; sleep 1; cat /tmp/released
  released /a/b 1 0 /
  released /a 1 0 /
  $ sleep 100 & echo $! > a/tasks; grep jobs /proc/$!/cgroup; rmdir a; mkdir a/e; rmdir a; kill %1; wait; sleep 1; cat /tmp/released; rmdir a/e; rmdir a; ls -d a
  1:name=jobs:/a
  rmdir: failed to remove 'a': Device or resource busy
  rmdir: failed to remove 'a': Device or resource busy
  released /a/b 1 0 /
  released /a 1 0 /
  ls: cannot access 'a': No such file or directory
  [2]
  $ echo 99999 > tasks; echo foo > tasks; echo -1 > cgroup.procs; echo 1 > cgroup.sane_behavior
  bash: line 19: echo: write error: No such process
  bash: line 19: echo: write error: Invalid argument
  bash: line 19: echo: write error: Invalid argument
  bash: line 19: echo: write error: Invalid argument
  [1]
  $ echo 1 > cgroup.clone_children; mkdir k; cat k/cgroup.clone_children; grep jobs /proc/mounts; rmdir k
  1
  jobs /tmp/v1 cgroup rw,relatime,release_agent=/tmp/agent,clone_children,name=jobs 0 0
  $ mount -t cgroup -o none foo /mnt; mount -t cgroup -o name=a,bar foo /mnt; mount -t cgroup -o none,name=two two /mnt && cat /proc/self/cgroup; umount /mnt; grep -c two /proc/self/cgroup
  mount: /mnt: wrong fs type, bad option, bad superblock on foo, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  mount: /mnt: wrong fs type, bad option, bad superblock on foo, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  2:name=two:/
  1:name=jobs:/
  0::/
  0
  [1]
  $ cd /; umount /tmp/v1; cat /proc/self/cgroup
  0::/
