# title: Files with capabilities: what keeps them and what takes them
# timeout: 120
  $ cd /tmp; cp /bin/cat c; cp /usr/bin/python3 py; setcap cap_dac_read_search=ep c cap_net_bind_service,cap_sys_nice=eip py; getcap c py; getcap -v c; getcap -n c; getcap /tmp; getcap nosuch; getcap; getcap -r /tmp/nosuch; getcap -h | head -2; getcap -q c
  c cap_dac_read_search=ep
  py cap_net_bind_service,cap_sys_nice=eip
  c cap_dac_read_search=ep
  c cap_dac_read_search=ep
  nosuch (No such file or directory)
  usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]
  
  	displays the capabilities on the queried file(s).
  /tmp/nosuch (No such file or directory)
  usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]
  
  	displays the capabilities on the queried file(s).
  getcap: invalid option -- 'q'
  usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]
  
  	displays the capabilities on the queried file(s).
  [1]
  $ su learner -c './c /etc/shadow | head -c 4; ./py -c "import os; os.nice(-5); print(os.nice(0)); import socket; s = socket.socket(); s.bind((\"\", 81)); print(s.getsockname()[1])"; grep CapEff /proc/self/status; ./c /proc/self/status | grep -E "Cap(Prm|Eff)"'
  root-5
  81
  CapEff:	0000000000000000
  CapPrm:	0000000000000004
  CapEff:	0000000000000004
  $ setcap -r c; getcap c; setcap '' c; getcap c; setcap = c; getcap c; setcap -v = c; setcap cap_kill=ep c; setcap -q cap_kill+ep c; setcap -v cap_kill=ep c; echo $?; setcap -v cap_kill=p c; echo $?; echo cap_chown=ep | setcap - c; getcap c; setcap; setcap c; setcap cap_kill c; setcap all=ep c; getcap c; setcap all-cap_kill=ep c; getcap c; setcap cap_kill=ep /; setcap cap_kill=ep nosuch1 cap_kill=ep c
  c =
  c =
  c: OK
  c: OK
  0
  c differs in [e]
  1
  Please enter caps for file [empty line to end]:
  c cap_chown=ep
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
  c =ep
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
  c =ep
  Invalid file '/' for capability operation
  Failed to set capabilities on file 'nosuch1': No such file or directory
  [1]
  $ getfattr -d -m - c 2>/dev/null; getfattr -n security.capability -e hex c; setcap cap_kill=p c; getfattr -n security.capability -e hex c | tail -2; setfattr -x security.capability c; getcap c; su learner -c 'cp c own; setcap cap_kill=ep own; setfattr -n security.capability -v x own; unshare -Ur setcap cap_kill=ep own; getcap own; getcap -n own; ./own /proc/self/status | grep CapEff; unshare -Ur ./own /proc/self/status | grep CapPrm'; getcap own; getcap -n own
  # file: c
  security.capability=0sAQAAAv////8AAAAA/wEAAAAAAAA=
  
  # file: c
  security.capability=0x01000002ffffffff00000000ff01000000000000
  
  security.capability=0x0000000220000000000000000000000000000000
  
  unable to set CAP_SETFCAP effective capability: Operation not permitted
  setfattr: own: Invalid argument
  own cap_kill=ep
  own cap_kill=ep [rootid=1000]
  CapEff:	0000000000000000
  CapPrm:	000001ffffffffff
  own cap_kill=ep
  own cap_kill=ep [rootid=1000]
  $ setcap cap_kill=ep c; ln -s c ln; getcap ln; setcap cap_kill=ep ln; ln c hard; getcap hard; echo >> c; getcap c; setcap cap_kill=ep c; chown learner c; getcap c; setcap cap_kill=ep c; chmod 755 c; getcap c; touch c; getcap c; cp --preserve=all c keep; getcap keep; cp -a c arch; getcap arch; tar cf t.tar c; rm c; tar xf t.tar; getcap c; mv arch /var/tmp/; getcap /var/tmp/arch; install -m 755 /var/tmp/arch inst; getcap inst
  Invalid file 'ln' for capability operation
  hard cap_kill=ep
  c cap_kill=ep
  c cap_kill=ep
  keep cap_kill=ep
  arch cap_kill=ep
  /var/tmp/arch cap_kill=ep
  $ mkdir m; mount -t tmpfs t m; cp /bin/cat m/; setcap cap_kill=ep m/cat; getcap m/cat; mount -o remount,nosuid m; m/cat /proc/self/status > /dev/null; su learner -c 'm/cat /proc/self/status | grep CapPrm'; mount -o remount,suid m; su learner -c 'm/cat /proc/self/status | grep CapPrm'; mount -o remount,ro m; setcap -r m/cat; umount m; su learner -c 'setpriv --nnp ping -c1 127.0.0.1 | head -1'; setcap cap_net_raw=p /usr/bin/ping; su learner -c 'ping -c1 -q 127.0.0.1 | sed -n 1p'; setcap cap_net_raw=i /usr/bin/ping; su learner -c 'ping -c1 -q 127.0.0.1 2>&1 | sed -n 1p'; setcap cap_net_raw=ep /usr/bin/ping; sysctl -w net.ipv4.ping_group_range='0 2000'; setcap -r /usr/bin/ping; su learner -c 'ping -c1 -q 127.0.0.1 | sed -n 1p'
  m/cat cap_kill=ep
  CapPrm:	0000000000000000
  CapPrm:	0000000000000020
  Failed to set capabilities on file 'm/cat': Read-only file system
  ping: socktype: SOCK_RAW
  ping: socket: Operation not permitted
  ping: => missing cap_net_raw+p capability or setuid?
  PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
  ping: socktype: SOCK_RAW
  net.ipv4.ping_group_range = 0 2000
  PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
  $ cp /bin/sh s; chmod 4755 s; setcap cap_kill=ep s; su learner -c './s -p -c "id -u; grep CapEff /proc/self/status"'; setcap -r s; su learner -c './s -p -c "id -un; grep -E \"Cap(Eff|Prm)\" /proc/self/status"'; cp /bin/sh g; chgrp shadow g; chmod 2755 g; su learner -c './g -c id; ./g -p -c "id; head -c 4 /etc/shadow; grep CapEff /proc/self/status"'
  0
  CapEff:	000001ffffffffff
  root
  CapPrm:	000001ffffffffff
  CapEff:	000001ffffffffff
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  uid=1000(learner) gid=1000(learner) egid=42(shadow) groups=42(shadow),1000(learner)
  rootCapEff:	0000000000000000
