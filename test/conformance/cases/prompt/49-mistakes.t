# title: Mistakes of the first hour
# mode: pty
# user: learner

  $ hostname newname
  hostname newname
  hostname: you must be root to change the host name
  learner@host:~$
  $ mount /dev/sdb1 /mnt
  mount /dev/sdb1 /mnt
  mount: /mnt: must be superuser to use mount.
         dmesg(1) may have more information after failed mount system call.
  learner@host:~$
  $ umount /
  umount /
  umount: /: must be superuser to unmount.
  learner@host:~$
  $ ip link add x type dummy
  ip link add x type dummy
  RTNETLINK answers: Operation not permitted
  learner@host:~$
  $ ping
  ping
  ping: usage error: Destination address required
  learner@host:~$
  $ ping 300.1.1.1
  ping 300.1.1.1
  ping: 300.1.1.1: Temporary failure in name resolution
  learner@host:~$
  $ sudo
  sudo
  usage: sudo -h | -K | -k | -V
  usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
  usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]
  usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory]
              [-T timeout] [-u user] [VAR=value] [-i | -s] [command [arg ...]]
  usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory]
              [-T timeout] [-u user] file ...
  learner@host:~$
  $ sudo -l | tail -2
  sudo -l | tail -2
  User learner may run the following commands on host:
      (ALL) NOPASSWD: ALL
  learner@host:~$
  $ sudo -k; sudo -n true; echo $?
  sudo -k; sudo -n true; echo $?
  0
  learner@host:~$
  $ passwd root
  passwd root
  passwd: You may not view or modify password information for root.
  learner@host:~$
  $ <no-prompt 1> su
  su
  Password:
  $ ^C
  
  learner@host:~$
  $ useradd bob
  useradd bob
  useradd: Permission denied.
  useradd: cannot lock /etc/passwd; try again later.
  learner@host:~$
  $ export 1a=b
  export 1a=b
  bash: export: `1a=b': not a valid identifier
  learner@host:~$
  $ a = 5
  a = 5
  bash: a: command not found
  learner@host:~$
  $ $a
  $a
  learner@host:~$
  $ ./a
  ./a
  bash: ./a: No such file or directory
  learner@host:~$
  $ /etc
  /etc
  bash: /etc: Is a directory
  learner@host:~$
  $ . nofile
  . nofile
  bash: nofile: No such file or directory
  learner@host:~$
  $ source
  source
  bash: source: filename argument required
  source: usage: source filename [arguments]
  learner@host:~$
  $ "ls -l"
  "ls -l"
  bash: ls -l: command not found
  learner@host:~$
  $ alias x
  alias x
  bash: alias: x: not found
  learner@host:~$
  $ unalias x
  unalias x
  bash: unalias: x: not found
  learner@host:~$
