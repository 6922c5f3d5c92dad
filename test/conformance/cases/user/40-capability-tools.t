# title: capsh, setcap and setuid, one after another
# user: learner
# timeout: 200

  $ capsh --print | grep Current
  Current: =
  Current IAB:
  $ capsh --caps= -- -c 'echo empty'
  empty
  $ capsh --inh=cap_chown --print | grep Current
  Unable to set inheritable capabilities: Operation not permitted
  [1]
  $ capsh --addamb=cap_chown -- -c true
  failed to raise ambient [cap_chown=0]
  [1]
  $ capsh --gid=5 -- -c id
  Failed to set gid=5: Operation not permitted
  [1]
  $ capsh --groups=5 -- -c id
  Failed to setgroups.
  [1]
  $ capsh --chroot=/ -- -c pwd
  unable to raise CAP_SYS_CHROOT: Operation not permitted
  [1]
  $ capsh --secbits=1 -- -c true
  failed to set securebits to 01/0x1
  [1]
  $ capsh --iab=chown -- -c true
  iab: 'chown' malformed
  [1]
  $ capsh --nosuch
  usage: capsh [args ...]
    --addamb=xxx   add xxx,... capabilities to ambient set
    --cap-uid=<n>  use libcap cap_setuid() to change uid
    --caps=xxx     set caps as per cap_from_text()
    --chroot=path  chroot(2) to this path
    --current      show current caps and IAB vectors
    --decode=xxx   decode a hex string to a list of caps
    --delamb=xxx   remove xxx,... capabilities from ambient
    --drop=xxx     drop xxx,... caps from bounding set
    --explain=xxx  explain what capability xxx permits
    --forkfor=<n>  fork and make child sleep for <n> sec
    --gid=<n>      set gid to <n> (hint: id <username>)
    --groups=g,... set the supplemental groups
    --has-a=xxx    exit 1 if capability xxx not ambient
    --has-b=xxx    exit 1 if capability xxx not dropped
    --has-ambient  exit 1 unless ambient vector supported
    --has-i=xxx    exit 1 if capability xxx not inheritable
    --has-p=xxx    exit 1 if capability xxx not permitted
    --has-no-new-privs  exit 1 if privs not limited
    --help, -h     this message (or try 'man capsh')
    --iab=...      use cap_iab_from_text() to set iab
    --inh=xxx      set xxx,.. inheritable set
    --inmode=<xxx> exit 1 if current mode is not <xxx>
    --is-uid=<n>   exit 1 if uid != <n>
    --is-gid=<n>   exit 1 if gid != <n>
    --keep=<n>     set keep-capability bit to <n>
    --killit=<n>   send signal(n) to child
    --license      display license info
    --mode         display current libcap mode
    --mode=<xxx>   set libcap mode to <xxx>
    --modes        list libcap named modes
    --no-new-privs set sticky process privilege limiter
    --noamb        reset (drop) all ambient capabilities
    --noenv        no fixup of env vars (for --user)
    --print        display capability relevant state
    --quiet        if first argument skip max cap check
    --secbits=<n>  write a new value for securebits
    --shell=/xx/yy use /xx/yy instead of /bin/bash for --
    --strict       toggle --caps, --drop and --inh fixups
    --suggest=text search cap descriptions for text
    --supports=xxx exit 1 if capability xxx unsupported
    --uid=<n>      set uid to <n> (hint: id <username>)
    --user=<name>  set uid,gid and groups to that of user
    ==             re-exec(capsh) with args as for --
    =+             cap_launch capsh with args as for -+
    --             remaining arguments are for /bin/bash
    -+             cap_launch /bin/bash with remaining args
                   (without -- [capsh] will simply exit(0))
  [1]
  $ capsh --strict --has-i=cap_chown
  cap[cap_chown] not inheritable
  [1]
  $ echo $?
  0
  $ capsh --has-a=cap_chown
  cap[cap_chown] not in ambient vector
  [1]
  $ capsh --has-b=cap_chown
  $ echo $?
  0
  $ capsh --decode=400
  0x0000000000000400=cap_net_bind_service
  $ capsh --decode=1ffffffffff | cut -c1-60
  0x000001ffffffffff=cap_chown,cap_dac_override,cap_dac_read_s
  $ capsh --uid=1000 -- -c 'id -u'
  1000
  $ capsh --explain=cap_net_admin | head -3
  cap_net_admin (12) [/proc/self/status:CapXXX: 0x0000000000001000]
  
      Allows a process to perform network configuration
  $ capsh --suggest=chroot | head -3
  cap_sys_chroot (18) [/proc/self/status:CapXXX: 0x0000000000040000]
  
      Allows a process to perform a chroot syscall to change
  $ capsh --help | head -2
  usage: capsh [args ...]
    --addamb=xxx   add xxx,... capabilities to ambient set
  $ capsh --license | head -1
  capsh see License file for details.
  $ sudo capsh --drop=cap_net_raw,cap_chown -- -c 'grep CapBnd /proc/self/status; chown learner /tmp'
  CapBnd:	000001ffffffdffe
  chown: changing ownership of '/tmp': Operation not permitted
  [1]
  $ sudo capsh --user=learner -- -c 'id; grep CapPrm /proc/self/status'
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  CapPrm:	0000000000000000
  $ sudo capsh --keep=1 --user=learner --inh=cap_net_admin --addamb=cap_net_admin -- -c 'grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status'
  CapInh:	0000000000001000
  CapPrm:	0000000000001000
  CapEff:	0000000000001000
  CapAmb:	0000000000001000
  $ sudo capsh --caps='cap_chown=ep' -- -c 'grep CapEff /proc/self/status'
  CapEff:	000001ffffffffff
  $ sudo setpriv --bounding-set=-sys_admin mount -t tmpfs x /mnt
  mount: /mnt: permission denied.
         dmesg(1) may have more information after failed mount system call.
  [32]
  $ sudo setpriv --reuid=1000 --inh-caps=+sys_admin --ambient-caps=+sys_admin bash -c 'mount -t tmpfs x /mnt; grep CapAmb /proc/self/status; id -u'
  mount: /mnt: must be superuser to use mount.
         dmesg(1) may have more information after failed mount system call.
  CapAmb:	0000000000200000
  1000
  $ sudo umount /mnt
  umount: /mnt: not mounted.
  [32]
  $ cp /usr/bin/id /tmp/myid
  $ sudo chown root /tmp/myid
  $ sudo chmod u+s /tmp/myid
  $ /tmp/myid
  uid=1000(learner) gid=1000(learner) euid=0(root) groups=1000(learner)
  $ unshare -Ur /tmp/myid
  uid=0(root) gid=0(root) groups=0(root)
  $ unshare -U /tmp/myid
  uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)
  $ setpriv --nnp /tmp/myid
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  $ sudo chmod g+s,u-s /tmp/myid
  $ sudo chgrp daemon /tmp/myid
  $ sudo chmod g+s /tmp/myid
  $ /tmp/myid
  uid=1000(learner) gid=1000(learner) egid=1(daemon) groups=1(daemon)
  $ ls -l /tmp/myid | cut -d' ' -f1,3,4
  -rwxr-sr-x root daemon
  $ sudo rm /tmp/myid
  $ cp /usr/bin/cat /tmp/mycat
  $ sudo setcap cap_dac_override+ep /tmp/mycat
  $ getcap /tmp/mycat
  /tmp/mycat cap_dac_override=ep
  $ /tmp/mycat /etc/shadow | head -1 | cut -d: -f1
  root
  $ unshare -Ur /tmp/mycat /etc/shadow
  /tmp/mycat: /etc/shadow: Permission denied
  [1]
  $ setpriv --nnp /tmp/mycat /etc/shadow
  /tmp/mycat: /etc/shadow: Permission denied
  [1]
  $ cp /tmp/mycat /tmp/mycat2
  $ getcap /tmp/mycat2
  $ sudo setcap -r /tmp/mycat
  $ getcap /tmp/mycat
  $ sudo setcap -r /tmp/mycat
  File '/tmp/mycat' has no capablity to remove
  [1]
  $ sudo setcap cap_nosuch+ep /tmp/mycat
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
  [1]
  $ sudo setcap 'cap_chown,cap_fowner=eip' /tmp/mycat
  $ getcap /tmp/mycat
  /tmp/mycat cap_chown,cap_fowner=eip
  $ sudo setcap -v cap_chown=p /tmp/mycat
  /tmp/mycat differs in [pie]
  [1]
  $ sudo setcap -q -n 1000 cap_chown=ep /tmp/mycat
  $ getcap -n /tmp/mycat
  /tmp/mycat cap_chown=ep [rootid=1000]
  $ sudo setcap
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
  [1]
  $ getcap
  usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]
  
  	displays the capabilities on the queried file(s).
  [1]
  $ getcap /nosuch
  /nosuch (No such file or directory)
  $ sudo setcap cap_chown+x /tmp/mycat
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
  [1]
  $ getcap -v /bin/ls
  /bin/ls
  $ rm -f /tmp/mycat /tmp/mycat2
