# title: AppArmor asked and answered
# mask: (\[\d+\]) aa-exec => =[P]
# timeout: 60
  $ aa-status | head -12; aa-status --enabled; echo $?; aa-status --profiled; aa-status --enforced; aa-status --json | head -c 60; aa-enabled; cat /sys/module/apparmor/parameters/enabled /sys/module/apparmor/parameters/mode
  apparmor module is loaded.
  0
  Yes
  Y
  enforce
  $ cat /sys/kernel/security/lsm; cat /proc/self/attr/current; cat /proc/self/attr/apparmor/current; ls /proc/self/attr; ls /sys/kernel/security/apparmor | head -20; cat /sys/kernel/security/apparmor/profiles
  lockdown,capability,landlock,yama,apparmor,bpfunconfined
  unconfined
  apparmor
  current
  exec
  fscreate
  keycreate
  prev
  sockcreate
  features
  policy
  profiles
  revision
  $ cat > /etc/apparmor.d/cage <<'X'
  > profile cage /usr/local/bin/cage {
  >   /usr/local/bin/cage mr,
  >   /bin/** mrix,
  >   /usr/bin/** mrix,
  >   /lib/** mr,
  >   /usr/lib/** mr,
  >   /lib64/** mr,
  >   /etc/ld.so.cache r,
  >   /etc/hostname r,
  >   /tmp/ok w,
  >   deny /etc/shadow rwl,
  >   capability chown,
  > }
  > X
  $ cp /bin/bash /usr/local/bin/cage; apparmor_parser -r /etc/apparmor.d/cage; echo $?; grep cage /sys/kernel/security/apparmor/profiles; cage -c 'cat /proc/self/attr/current; cat /etc/hostname; cat /etc/shadow; echo x > /tmp/ok; echo x > /tmp/no; ls /root'
  0
  cage (enforce)
  cat: /proc/self/attr/current: Permission denied
  host
  cat: /etc/shadow: Permission denied
  cage: line 1: /tmp/no: Permission denied
  ls: cannot open directory '/root': Permission denied
  [2]
  $ aa-exec -p cage -- cat /etc/passwd; aa-exec -p cage -- id -u; aa-exec -p nosuch -- id -u; aa-exec -p cage true; echo $?; aa-exec -p unconfined -- cat /proc/self/attr/current; aa-exec cat /proc/self/attr/current
  cat: /etc/passwd: Permission denied
  0
  [P] aa-exec: ERROR: profile 'nosuch' does not exist
  0
  unconfined
  unconfined
  $ cage -c 'touch /tmp/ok && chown 1 /tmp/ok; kill -0 1; mount -t tmpfs x /mnt; ping -c1 127.0.0.1; chroot / true; hostname zz; exec 3<>/dev/tcp/127.0.0.1/9'
  cage: line 1: kill: (1) - Permission denied
  mount: /mnt: cannot mount x read-only.
         dmesg(1) may have more information after failed mount system call.
  ping: socktype: SOCK_RAW
  ping: socket: Permission denied
  cage: line 1: /usr/sbin/chroot: Permission denied
  hostname: you must be root to change the host name
  cage: socket: Permission denied
  cage: line 1: /dev/tcp/127.0.0.1/9: Permission denied
  [1]
  $ aa-exec -p cage -- sh -c 'ps -Zp $$ | tail -1 | cut -d" " -f1,2; exec aa-exec -p unconfined -- true'; ps -eo label | sort -u
  Error, do this: mount -t proc proc /proc
  [P] aa-exec: ERROR: insufficient permissions to change to the profile 'unconfined'
  LABEL
  unconfined
  $ aa-complain /etc/apparmor.d/cage; grep cage /sys/kernel/security/apparmor/profiles; cage -c 'head -c1 /etc/passwd; cat /proc/self/attr/current'; aa-enforce /etc/apparmor.d/cage; aa-disable /etc/apparmor.d/cage; apparmor_parser -C -r /etc/apparmor.d/cage; grep cage /sys/kernel/security/apparmor/profiles
  bash: line 29: aa-complain: command not found
  cage (enforce)
  head: cannot open '/etc/passwd' for reading: Permission denied
  cat: /proc/self/attr/current: Permission denied
  bash: line 29: aa-enforce: command not found
  bash: line 29: aa-disable: command not found
  cage (complain)
  $ apparmor_parser -R /etc/apparmor.d/cage; grep -c cage /sys/kernel/security/apparmor/profiles; apparmor_parser -R /etc/apparmor.d/cage; apparmor_parser -a /etc/apparmor.d/cage; apparmor_parser -a /etc/apparmor.d/cage; echo $?; apparmor_parser -N /etc/apparmor.d/cage; echo 'profile broken { nonsense }' | apparmor_parser -r; apparmor_parser -r /nope; echo 'profile p2 { /** r, ' | apparmor_parser -r
  0
  apparmor_parser: Unable to remove "cage".  Profile doesn't exist
  apparmor_parser: Unable to add "cage".  Profile already exists
  239
  cage
  AppArmor parser error at line 1: syntax error, unexpected TOK_CLOSE, expecting TOK_MODE
  File /nope not found, skipping...
  AppArmor parser error at line 2: syntax error, unexpected end of file, expecting TOK_ID or TOK_MODE or TOK_SET_VAR
  [1]
  $ su learner -c 'aa-status; cat /sys/kernel/security/apparmor/profiles; apparmor_parser -r /etc/apparmor.d/cage; aa-exec -p cage -- id -u; echo "changeprofile cage" > /proc/self/attr/current; aa-enabled'
  You do not have enough privilege to read the profile set.
  apparmor module is loaded.
  cat: /sys/kernel/security/apparmor/profiles: Permission denied
  apparmor_parser: Sorry. You need root privileges to run this program.
  
  1000
  Maybe - insufficient permissions to determine availability.
  [4]
