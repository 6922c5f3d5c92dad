# title: A learner's session with namespaces
# mode: pty
# user: learner

dash, as PID 1 of a namespace, cannot give the terminal back to a group it does not see.

  $ echo $$ | grep -c .
  echo $$ | grep -c .
  1
  learner@host:~$
  $ unshare -Urm
  unshare -Urm
  root@host:~#
  $ id -u; cat /proc/self/uid_map
  id -u; cat /proc/self/uid_map
  0
           0       1000          1
  root@host:~#
  $ mount -t tmpfs tmp /mnt
  mount -t tmpfs tmp /mnt
  root@host:~#
  $ df -h /mnt
  df -h /mnt
  Filesystem      Size  Used Avail Use% Mounted on
  tmp             236M     0  236M   0% /mnt
  root@host:~#
  $ mount | tail -1
  mount | tail -1
  tmp on /mnt type tmpfs (rw,relatime,uid=1000,gid=1000,inode64)
  root@host:~#
  $ mkdir /mnt/{a,b}
  mkdir /mnt/{a,b}
  root@host:~#
  $ mount --bind /mnt/a /mnt/b
  mount --bind /mnt/a /mnt/b
  root@host:~#
  $ touch /mnt/a/f; ls /mnt/b
  touch /mnt/a/f; ls /mnt/b
  f
  root@host:~#
  $ umount /mnt
  umount /mnt
  umount: /mnt: target is busy.
  root@host:~#
  $ umount /mnt/b
  umount /mnt/b
  root@host:~#
  $ cd /mnt/a
  cd /mnt/a
  root@host:/mnt/a#
  $ umount /mnt
  umount /mnt
  umount: /mnt: target is busy.
  root@host:/mnt/a#
  $ cd
  cd
  root@host:~#
  $ umount /mnt
  umount /mnt
  root@host:~#
  $ umount /mnt
  umount /mnt
  umount: /mnt: not mounted.
  root@host:~#
  $ mount /dev/vda /mnt
  mount /dev/vda /mnt
  mount: /mnt: permission denied.
         dmesg(1) may have more information after failed mount system call.
  root@host:~#
  $ capsh --print | head -1
  capsh --print | head -1
  Current: =ep
  root@host:~#
  $ exit
  exit
  logout
  learner@host:~$
  $ unshare --user --pid --fork --map-root-user --mount-proc sh
  unshare --user --pid --fork --map-root-user --mount-proc sh
  #
  $ ps
  ps
    PID TTY          TIME CMD
      1 pts/0    00:00:00 sh
      2 pts/0    00:00:00 ps
  #
  $ echo $$
  echo $$
  1
  #
  $ kill -9 1
  kill -9 1
  #
  $ exit
  exit
  sh: 4: Cannot set tty process group (No such process)
  learner@host:~$
  $ unshare -n
  unshare -n
  unshare: unshare failed: Operation not permitted
  learner@host:~$
  $ unshare -rn
  unshare -rn
  root@host:~#
  $ ip a
  ip a
  1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN group default qlen 1000
      link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
  root@host:~#
  $ ip link set lo up
  ip link set lo up
  root@host:~#
  $ ping -c1 localhost
  ping -c1 localhost
  PING localhost(localhost (::1)) 56 data bytes
  64 bytes from localhost (::1): icmp_seq=1 ttl=64 time=<ms> ms
  
  --- localhost ping statistics ---
  1 packets transmitted, 1 received, 0% packet loss, time <ms>ms
  rtt <rtt>
  root@host:~#
  $ exit
  exit
  logout
  learner@host:~$
  $ unshare -Ur --uts
  unshare -Ur --uts
  root@host:~#
  $ hostname secret
  hostname secret
  root@host:~#
  $ cat /etc/hostname
  cat /etc/hostname
  host
  root@host:~#
  $ uname -n
  uname -n
  secret
  root@host:~#
  $ sudo ls
  sudo ls
  sudo: /etc/sudo.conf is owned by uid 65534, should be 0
  sudo: /etc/sudo.conf is owned by uid 65534, should be 0
  sudo: PERM_SUDOERS: setresuid(-1, 1, -1): Invalid argument
  sudo: no valid sudoers sources found, quitting
  sudo: error initializing audit plugin sudoers_audit
  root@host:~#
  $ exit
  exit
  logout
  learner@host:~$
