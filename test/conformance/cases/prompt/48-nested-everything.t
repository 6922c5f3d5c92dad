# title: Nested shells and namespaces
# mode: pty

  $ unshare -mu bash
  unshare -mu bash
  root@host:~#
  $ hostname lab1
  hostname lab1
  root@host:~#
  $ exec bash
  exec bash
  root@lab1:~#
  $ mount -t tmpfs none /mnt
  mount -t tmpfs none /mnt
  root@lab1:~#
  $ cd /mnt
  cd /mnt
  root@lab1:/mnt#
  $ touch inside
  touch inside
  root@lab1:/mnt#
  $ ls
  ls
  inside
  root@lab1:/mnt#
  $ unshare -pf --mount-proc bash
  unshare -pf --mount-proc bash
  root@lab1:/mnt#
  $ ps -e
  ps -e
    PID TTY          TIME CMD
      1 pts/0    00:00:00 bash
      2 pts/0    00:00:00 ps
  root@lab1:/mnt#
  $ exit
  exit
  exit
  root@lab1:/mnt#
  $ exit
  exit
  exit
  root@host:~#
  $ pwd
  pwd
  /root
  root@host:~#
  $ ls /mnt
  ls /mnt
  root@host:~#
  $ hostname
  hostname
  host
  root@host:~#
  $ su learner
  su learner
  learner@host:/root$
  $ whoami
  whoami
  learner
  learner@host:/root$
  $ cd /root
  cd /root
  bash: cd: /root: Permission denied
  learner@host:/root$
  $ exit
  exit
  exit
  root@host:~#
  $ su - learner -c 'pwd; echo $0'
  su - learner -c 'pwd; echo $0'
  /home/learner
  -bash
  root@host:~#
  $ su -s /bin/sh learner
  su -s /bin/sh learner
  $
  $ echo $0
  echo $0
  sh
  $
  $ exit
  exit
  root@host:~#
  $ sudo -u learner -i
  sudo -u learner -i
  learner@host:~$
  $ logout
  logout
  root@host:~#
  $ nsenter -t 1 -a
  nsenter -t 1 -a
  root@host:/#
  $ exit
  exit
  logout
  root@host:~#
  $ chroot / sh
  chroot / sh
  #
  $ exit
  exit
  root@host:~#
  $ <no-prompt 2> setpriv --reuid=1000 --regid=1000 --init-groups bash
  setpriv --reuid=1000 --regid=1000 --init-groups bash
  bash: /root/.bashrc: Permission denied
  bash-5.2$
  $ <no-prompt 2> id
  id
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  bash-5.2$
  $ exit 4
  exit 4
  exit
  root@host:~#
  $ echo $?
  echo $?
  4
  root@host:~#
  $ newgrp
  newgrp
  root@host:~#
  $ id -g
  id -g
  0
  root@host:~#
  $ exit
  exit
  exit
  root@host:~#
  $ dash
  dash
  #
  $ x=1; while [ $x -le 3 ]; do echo $x; x=$((x+1)); done
  x=1; while [ $x -le 3 ]; do echo $x; x=$((x+1)); done
  1
  2
  3
  #
  $ cd nowhere
  cd nowhere
  dash: 2: cd: can't cd to nowhere
  #
  $ exit
  exit
  root@host:~#
  $ exit 200
  exit 200
  exit
