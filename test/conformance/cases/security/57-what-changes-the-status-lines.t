# title: The status lines and what changes them
# mask: ^(\d{3,}): => =P
# timeout: 60
  $ grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Speculation)' /proc/self/status
  Uid:	0	0	0	0
  Gid:	0	0	0	0
  Groups:
  CapInh:	0000000000000000
  CapPrm:	000001ffffffffff
  CapEff:	000001ffffffffff
  CapBnd:	000001ffffffffff
  CapAmb:	0000000000000000
  NoNewPrivs:	0
  Seccomp:	0
  Seccomp_filters:	0
  Speculation_Store_Bypass:	not vulnerable
  SpeculationIndirectBranch:	always enabled
  $ setpriv --reuid=learner --regid=learner --init-groups grep -E '^(Uid|Gid|Groups|CapPrm|CapEff)' /proc/self/status
  Uid:	1000	1000	1000	1000
  Gid:	1000	1000	1000	1000
  Groups:	1000
  CapPrm:	0000000000000000
  CapEff:	0000000000000000
  $ setpriv --euid=learner grep -E '^(Uid|CapPrm|CapEff)' /proc/self/status; setpriv --ruid=1000 grep -E '^(Uid|CapPrm|CapEff)' /proc/self/status; setpriv --reuid=1000 --keep-groups id; setpriv --reuid=1000 id; setpriv --egid=1000 --clear-groups id
  Uid:	0	1000	1000	1000
  CapPrm:	000001ffffffffff
  CapEff:	0000000000000000
  Uid:	1000	0	0	0
  CapPrm:	000001ffffffffff
  CapEff:	000001ffffffffff
  uid=1000(learner) gid=0(root) groups=0(root)
  uid=1000(learner) gid=0(root) groups=0(root)
  uid=0(root) gid=0(root) egid=1000(learner) groups=1000(learner)
  $ capsh --uid=1000 -- -c 'grep Cap /proc/self/status'; capsh --keep=1 --uid=1000 --caps='cap_net_raw+ep' --print | head -1; capsh --keep=1 --user=learner --inh=cap_net_admin --addamb=cap_net_admin -- -c 'id -u; grep -E "Cap(Eff|Amb)" /proc/self/status'; capsh --addamb=cap_chown -- -c true; capsh --inh=cap_chown --addamb=cap_chown --delamb=cap_chown --current
  CapInh:	0000000000000000
  CapPrm:	0000000000000000
  CapEff:	0000000000000000
  CapBnd:	000001ffffffffff
  CapAmb:	0000000000000000
  Current: cap_net_raw=ep
  1000
  CapEff:	0000000000001000
  CapAmb:	0000000000001000
  failed to raise ambient [cap_chown=0]
  Current: =ep cap_chown+i
  Current IAB: cap_chown
  $ capsh --drop=all -- -c 'grep -E "Cap(Eff|Bnd)" /proc/self/status; id -u; cat /etc/shadow | wc -l; chown 1 /tmp'; capsh --drop=cap_setuid,cap_setgid -- -c 'su learner -c id; setpriv --reuid 1 id; sudo -u learner id'
  CapEff:	0000000000000000
  CapBnd:	0000000000000000
  0
  21
  chown: changing ownership of '/tmp': Operation not permitted
  su: cannot set groups: Operation not permitted
  setpriv: setresuid failed: Operation not permitted
  sudo: PERM_SUDOERS: setresuid(-1, 1, -1): Operation not permitted
  sudo: no valid sudoers sources found, quitting
  sudo: error initializing audit plugin sudoers_audit
  [1]
  $ capsh --caps= -- -c 'grep -E "Cap(Prm|Eff)" /proc/self/status'; capsh --caps=cap_chown=ep -- -c 'grep CapEff /proc/self/status'; capsh --caps='all=ip cap_kill-p' --current; capsh --caps=bogus; capsh --drop=bogus; capsh --nonsense
  CapPrm:	000001ffffffffff
  CapEff:	000001ffffffffff
  CapEff:	000001ffffffffff
  Current: =ip cap_kill-p
  Current IAB: cap_chown,cap_dac_override,cap_dac_read_search,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_linux_immutable,cap_net_bind_service,cap_net_broadcast,cap_net_admin,cap_net_raw,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_chroot,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_write,cap_audit_control,cap_setfcap,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore
  unable to interpret [--caps=bogus]
  capability [bogus] is unknown to libcap
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
  $ capsh --decode=3; capsh --decode=0x1ffffffffff; capsh --decode=20000000000; capsh --decode=xyz; capsh --explain=cap_kill; capsh --suggest=nice | head -12; capsh --has-i=cap_chown; capsh --has-p=cap_chown; echo $?; capsh --has-a=cap_chown; capsh --has-b=cap_chown; capsh --has-no-new-privs; capsh --no-new-privs --has-no-new-privs; echo $?
  0x0000000000000003=cap_chown,cap_dac_override
  0x000001ffffffffff=cap_chown,cap_dac_override,cap_dac_read_search,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_linux_immutable,cap_net_bind_service,cap_net_broadcast,cap_net_admin,cap_net_raw,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_chroot,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_write,cap_audit_control,cap_setfcap,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore
  0x0000020000000000=41
  0x0000000000000000=
  cap_kill (5) [/proc/self/status:CapXXX: 0x0000000000000020]
  
      Allows a process to send a kill(2) signal to any other
      process - overriding the limitation that there be a
      [E]UID match between source and target process.
  cap_sys_nice (23) [/proc/self/status:CapXXX: 0x0000000000800000]
  
      Allows a process to maipulate the execution priorities
      of arbitrary processes:
        - those involving different UIDs
        - setting their CPU affinity
        - alter the FIFO vs. round-robin (realtime)
          scheduling for itself and other processes.
  cap[cap_chown] not inheritable
  0
  cap[cap_chown] not in ambient vector
  no-new-privs not set
  0
  $ capsh --secbits=1 -- -c 'id -u; grep CapEff /proc/self/status'; capsh --secbits=0x10 --print | grep keep; capsh --secbits=999 --print | grep Secure; capsh --mode=PURE1E --print | head -1; capsh --mode=NOPRIV -- -c 'sudo -n true; su -c id </dev/null; id -u'; capsh --modes; capsh --mode=FOO
  0
  CapEff:	0000000000000000
   secure-keep-caps: yes (unlocked)
  failed to set securebits to 01747/0x3e7
  Current: =p
  sudo: PERM_SUDOERS: setresuid(-1, 1, -1): Operation not permitted
  sudo: no valid sudoers sources found, quitting
  sudo: error initializing audit plugin sudoers_audit
  su: cannot set groups: Operation not permitted
  0
  Supported modes: NOPRIV PURE1E_INIT PURE1E HYBRID
  unsupported mode: FOO
  [1]
  $ capsh --is-uid=0; echo $?; capsh --is-uid=5; capsh --is-gid=0 --is-uid=0 -- -c 'echo both'; capsh --gid=1000 --groups=27,1000 --uid=1000 --print | tail -4; capsh --chroot=/nope --print; capsh --chroot=/ == --print | tail -1; capsh --forkfor=1 --print 2>&1 | head -1; capsh -h | head -3
  0
  uid: got=0, want=5
  both
  uid=1000(learner) euid=1000(learner)
  gid=1000(learner)
  groups=27(sudo),1000(learner)
  Guessed mode: HYBRID (4)
  Unable to chroot/chdir to [/nope]Guessed mode: HYBRID (4)
  Current: =ep
  usage: capsh [args ...]
    --addamb=xxx   add xxx,... capabilities to ambient set
    --cap-uid=<n>  use libcap cap_setuid() to change uid
  $ getpcaps $$; getpcaps --legacy 1; getpcaps 0; getpcaps; setpriv --reuid 1000 --clear-groups --regid 1000 --inh-caps +kill --ambient-caps +kill sh -c 'getpcaps $$ | cut -d: -f2'; setpriv --inh-caps -all,+chown sh -c 'getpcaps $$ | cut -d: -f2'; setpriv --bounding-set -all sh -c 'getpcaps --iab $$ | cut -c1-100' 2>&1
  P: =ep
  Capabilities for `1': =ep
  0: =ep
  usage: getcaps [opts] <pid> [<pid> ...]
  
    This program displays the capabilities on the queried process(es).
    The capabilities are displayed in the cap_from_text(3) format.
  
    Optional arguments:
       --help, -h or --usage display this message.
       --verbose             use a more verbose output format.
       --ugly or --legacy    use the archaic legacy output format.
       --iab                 show IAB of process too.
       --license             display license info
   cap_kill=eip
   =ep cap_chown+i
  P: [!cap_chown,!cap_dac_override,!cap_dac_read_search,!cap_fowner,!cap_fsetid,!cap_kill,!cap_setgi
