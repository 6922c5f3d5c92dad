# title: Capabilities in other words
# timeout: 120
  $ capsh --drop=cap_chown,cap_kill -- -c 'grep Cap /proc/self/status; chown 1 /tmp; echo $?'; capsh --print | head -3 | cut -c1-90; capsh --decode=0000000000000401; capsh --has-p=cap_foo; echo $?; capsh --supports=cap_bpf; echo $?
  CapInh:	0000000000000000
  CapPrm:	000001ffffffffde
  CapEff:	000001ffffffffde
  CapBnd:	000001ffffffffde
  CapAmb:	0000000000000000
  chown: changing ownership of '/tmp': Operation not permitted
  1
  Current: =ep
  Bounding set =cap_chown,cap_dac_override,cap_dac_read_search,cap_fowner,cap_fsetid,cap_kil
  Ambient set =
  0x0000000000000401=cap_chown,cap_net_bind_service
  cap[cap_foo] not recognized by library
  1
  0
  $ cp /bin/cat /tmp/kitty; setcap cap_dac_read_search+ep /tmp/kitty; getcap /tmp/kitty; getcap -r /tmp; setcap -v cap_dac_read_search=ep /tmp/kitty; setcap -v cap_chown=ep /tmp/kitty; su learner -s /bin/sh -c '/tmp/kitty /etc/shadow | wc -l; cat /etc/shadow'; cp /tmp/kitty /tmp/kit2; getcap /tmp/kit2; mv /tmp/kitty /tmp/kit3; getcap /tmp/kit3; setcap -r /tmp/kit3; getcap /tmp/kit3; setcap cap_nope+ep /tmp/kit3; setcap cap_chown+z /tmp/kit3; setcap -r /nope
  /tmp/kitty cap_dac_read_search=ep
  /tmp/kitty cap_dac_read_search=ep
  /tmp/kitty: OK
  /tmp/kitty differs in [pe]
  21
  cat: /etc/shadow: Permission denied
  /tmp/kit3 cap_dac_read_search=ep
  fatal error: Invalid argument
  usage: setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]
  
   Note <filename> must be a regular (non-symlink) file.
   -r          remove capability from file
   -           read capability text from stdin
   <capsN>     cap_from_text(3) formatted file capability
   [ Note: capsh --suggest="something..." might help you pick. ]
   -h          this message and exit status 0
   -q          quietly
   -v          validate supplied capability matches file
   -n <rootid> write a user namespace (!= 0) limited capability
   --license   display the license info
  fatal error: Invalid argument
  usage: setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]
  
   Note <filename> must be a regular (non-symlink) file.
   -r          remove capability from file
   -           read capability text from stdin
   <capsN>     cap_from_text(3) formatted file capability
   [ Note: capsh --suggest="something..." might help you pick. ]
   -h          this message and exit status 0
   -q          quietly
   -v          validate supplied capability matches file
   -n <rootid> write a user namespace (!= 0) limited capability
   --license   display the license info
  Failed to set capabilities on file '/nope': No such file or directory
  [1]
  $ setpriv --no-new-privs --reuid 1000 --regid 1000 --clear-groups id; setpriv --no-new-privs grep NoNew /proc/self/status; setpriv --reuid 1000 --clear-groups --inh-caps +net_raw --ambient-caps +net_raw grep -E 'Cap(Eff|Amb|Inh)' /proc/self/status; setpriv --bounding-set -sys_admin grep CapBnd /proc/self/status; setpriv --dump | head -8; setpriv --reuid nope id; setpriv --bounding-set -nope id; setpriv --securebits +noroot,+noroot_locked grep CapEff /proc/self/status; setpriv --ambient-caps +chown true
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  NoNewPrivs:	1
  CapInh:	0000000000002000
  CapEff:	0000000000002000
  CapAmb:	0000000000002000
  CapBnd:	000001ffffdfffff
  uid: 0
  euid: 0
  gid: 0
  egid: 0
  Supplementary groups: [none]
  no_new_privs: 0
  Inheritable capabilities: [none]
  Ambient capabilities: [none]
  setpriv: failed to parse reuid: 'nope'
  setpriv: unknown capability "nope"
  CapEff:	0000000000000000
  $ su learner -c 'setpriv --no-new-privs sudo -n id; setpriv --no-new-privs ping -c1 -W1 127.0.0.1 | head -2; setpriv --inh-caps +chown id -u'; su learner -c 'capsh --drop=cap_chown -- -c true; echo $?'
  sudo: The "no new privileges" flag is set, which prevents sudo from running as root.
  sudo: If sudo is running in a container, you may need to adjust the container configuration to disable the flag.
  ping: socktype: SOCK_RAW
  ping: socket: Operation not permitted
  ping: => missing cap_net_raw+p capability or setuid?
  setpriv: apply capabilities: Operation not permitted
  unable to raise CAP_SETPCAP for BSET changes: Operation not permitted
  1
  $ unshare -Ur sh -c 'grep CapEff /proc/self/status; capsh --print | grep -c Current; chown 1 /etc/hostname; mount -t tmpfs x /mnt; hostname foo; setcap cap_chown+ep /tmp/kit3' 2>&1; unshare -Urm sh -c 'mount -t tmpfs x /mnt && cp /bin/cat /mnt/c && setcap cap_net_raw+ep /mnt/c && getcap /mnt/c && getcap -n /mnt/c'
  CapEff:	000001ffffffffff
  2
  chown: changing ownership of '/etc/hostname': Invalid argument
  mount: /mnt: permission denied.
         dmesg(1) may have more information after failed mount system call.
  hostname: you must be root to change the host name
  /mnt/c cap_net_raw=ep
  /mnt/c cap_net_raw=ep
  $ getpcaps 1 2>&1 | cut -c1-60; getpcaps nope; getpcaps 999999; pscap 2>/dev/null | head -1; cat /proc/sys/kernel/cap_last_cap; grep -c . /proc/self/status; filecap 2>&1 | head -1
  1: =ep
  Cannot parse pid nope: (Invalid argument)
  Failed to get cap's for process 999999: (No such process)
  40
  57
  bash: line 11: filecap: command not found
  $ chmod u+s /tmp/kit2; su learner -s /bin/sh -c '/tmp/kit2 /etc/shadow | wc -l; setpriv --no-new-privs /tmp/kit2 /etc/shadow'; mount -t tmpfs -o nosuid x /mnt; cp -a /tmp/kit2 /mnt/; su learner -s /bin/sh -c '/mnt/kit2 /etc/shadow'; umount /mnt; chmod g+s,u-s /tmp/kit2; chgrp shadow /tmp/kit2; su learner -s /bin/sh -c '/tmp/kit2 /etc/shadow | wc -l'; rm /tmp/kit2 /tmp/kit3
  21
  /tmp/kit2: /etc/shadow: Permission denied
  /mnt/kit2: /etc/shadow: Permission denied
  /tmp/kit2: /etc/shadow: Permission denied
  0
