# title: Capability arithmetic
# timeout: 120
  $ setpriv --inh-caps=+chown,+kill --ambient-caps=+kill grep Cap /proc/self/status
  CapInh:	0000000000000021
  CapPrm:	000001ffffffffff
  CapEff:	000001ffffffffff
  CapBnd:	000001ffffffffff
  CapAmb:	0000000000000020
  $ setpriv --inh-caps=+chown --bounding-set=-chown,-kill grep Cap /proc/self/status; setpriv --ambient-caps=+all grep CapAmb /proc/self/status; setpriv --inh-caps=+all --ambient-caps=+all --reuid 1000 --regid 1000 --clear-groups grep -E 'Cap(Inh|Eff|Amb)' /proc/self/status
  setpriv: apply capabilities: Operation not permitted
  CapAmb:	0000000000000000
  CapInh:	000001ffffffffff
  CapEff:	000001ffffffffff
  CapAmb:	000001ffffffffff
  $ setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all,+net_raw grep Cap /proc/self/status; setpriv --inh-caps=chown true; setpriv --inh-caps=+cap_chown true; setpriv --inh-caps=+CHOWN true; setpriv --inh-caps=+cap_40 true; setpriv --inh-caps=+99 true; setpriv --inh-caps= true; setpriv --inh-caps true; setpriv --bounding-set=+chown true
  CapInh:	0000000000000000
  CapPrm:	0000000000002000
  CapEff:	0000000000002000
  CapBnd:	0000000000002000
  CapAmb:	0000000000000000
  setpriv: bad capability string
  setpriv: unknown capability "cap_chown"
  setpriv: unknown capability "99"
  setpriv: bad capability string
  setpriv: No program specified
  $ capsh --inh=cap_chown,cap_setuid --print | head -5; capsh --inh= --current; capsh --inh=nope --current; capsh --addamb=all --current; capsh --caps=cap_kill+eip --current; capsh --caps='cap_kill,cap_chown=p cap_kill+e' --current; capsh --caps='=' --current; capsh --caps='=eip' --current; capsh --caps='all-e' --current
  Current: =ep cap_chown,cap_setuid+i
  Bounding set =cap_chown,cap_dac_override,cap_dac_read_search,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_linux_immutable,cap_net_bind_service,cap_net_broadcast,cap_net_admin,cap_net_raw,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_chroot,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_write,cap_audit_control,cap_setfcap,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore
  Ambient set =
  Current IAB: cap_chown,cap_setuid
  Securebits: 00/0x0/1'b0 (no-new-privs=0)
  Current: =ep
  Current IAB:
  Fatal error internalizing capabilities: Invalid argument
  Unable to raise ambient capability [cap_chown]
  Current: cap_kill=eip
  Current IAB: cap_kill
  Current: cap_kill=ep cap_chown+p
  Current IAB:
  Current: =
  Current IAB:
  Current: =eip
  Current IAB: cap_chown,cap_dac_override,cap_dac_read_search,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_linux_immutable,cap_net_bind_service,cap_net_broadcast,cap_net_admin,cap_net_raw,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_chroot,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_write,cap_audit_control,cap_setfcap,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore
  Current: =
  Current IAB:
  $ capsh --drop=cap_net_raw --print | sed -n 2p | tr ',' '\n' | wc -l; capsh --drop=cap_setpcap --drop=cap_chown --current; capsh --drop=13 --current 2>&1 | head -1; capsh --drop= --current; capsh --drop=cap_net_raw,cap_sys_admin -- -c 'unshare -m true; unshare -U true && echo userns; unshare -Um true && echo both; unshare -Ur sh -c "grep CapBnd /proc/self/status"'
  40
  Current: =ep
  Current IAB: !cap_chown,!cap_setpcap
  Current: =ep
  Current: =ep
  Current IAB:
  unshare: unshare failed: Operation not permitted
  userns
  both
  CapBnd:	000001ffffffffff
  $ capsh --gid=1000 --uid=1000 -- -c 'id; grep CapEff /proc/self/status'; capsh --uid=1000 --gid=1000 --print 2>&1 | tail -3; capsh --user=nobody -- -c 'id; echo $HOME $USER'; capsh --user=nosuch; capsh --uid=x; capsh --gid=-1; capsh --groups=nosuch; capsh --groups= -- -c 'id -G'; capsh --keep=2 --current; capsh --keep=1 --uid=1 --current
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  CapEff:	0000000000000000
  Failed to set gid=1000: Operation not permitted
  uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)
  /nonexistent nobody
  User [nosuch] not known
  invalid --uid value: want non-negative integer, got "x"
  invalid --gid value: want non-negative integer, got "-1"
  Failed to identify gid for group [nosuch]
  0
  prctl(PR_SET_KEEPCAPS, 2) failed: Invalid argument
  Current: =p
  Current IAB:
  $ capsh --secbits=0x3 --current; capsh --secbits=47 --print | grep -A4 Securebits; capsh --secbits=0x100 --current; capsh --secbits=-1; capsh --secbits=0x20 --secbits=0 --current; capsh --secbits=0x10 -- -c 'su learner -c "grep CapEff /proc/self/status"'; capsh --secbits=0x04 -- -c 'setpriv --reuid 1000 --clear-groups --regid 1000 grep -E "Cap(Prm|Eff)" /proc/self/status'; capsh --secbits=0xc0 --inh=cap_kill --addamb=cap_kill --current
  Current: =ep
  Current IAB:
  Securebits: 057/0x2f/6'b101111 (no-new-privs=0)
   secure-noroot: yes (locked)
   secure-no-suid-fixup: yes (locked)
   secure-keep-caps: no (locked)
   secure-no-ambient-raise: no (unlocked)
  failed to set securebits to 0400/0x100
  invalid --secbits value: want non-negative integer, got "-1"
  failed to set securebits to 00/0x0
  CapEff:	0000000000000000
  CapPrm:	0000000000000000
  CapEff:	0000000000000000
  failed to raise ambient [cap_kill=5]
  [1]
  $ capsh --decode; capsh --decode=; capsh --decode=0x3 --decode=30; capsh --has-p=cap_kill --has-i=cap_kill; capsh --has-b=13; capsh --has-b=cap_63; capsh --supports=cap_checkpoint_restore --supports=cap_99; capsh --print -- -c true | tail -1; capsh == --current; capsh --shell=/bin/sh -- -c 'echo $0'; capsh -- nosuchfile; capsh -- -c 'exit 5'; echo $?; capsh --strict --current; capsh --suggest=clock | head -3; capsh --explain=cap_nope; capsh --explain=3 | head -2
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
  0x0000000000000000=
  0x0000000000000003=cap_chown,cap_dac_override
  0x0000000000000030=cap_fsetid,cap_kill
  cap[cap_kill] not inheritable
  cap[cap_63] not recognized by library
  cap[cap_99] not recognized by library
  Current: =ep
  Current IAB:
  /bin/sh
  /bin/bash: nosuchfile: No such file or directory
  5
  Current: =ep
  Current IAB:
  cap_sys_resource (24) [/proc/self/status:CapXXX: 0x0000000001000000]
  
      Allows a process to adjust resource related parameters
  unrecognised value 'cap_nope'
  cap_fowner (3) [/proc/self/status:CapXXX: 0x0000000000000008]
