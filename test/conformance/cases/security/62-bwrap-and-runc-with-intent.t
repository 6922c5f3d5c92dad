# title: bwrap and runc with intent
# timeout: 200
  $ su learner -c 'bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp sh -c "id; ps -e | wc -l; touch /tmp/x /etc/x; hostname; ip -br link | wc -l; ls /dev | wc -l; kill -9 1; grep -E \"Cap(Eff|Bnd)|NoNew|Seccomp:\" /proc/self/status"'
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  5
  touch: cannot touch '/etc/x': Read-only file system
  host
  1
  14
  CapEff:	0000000000000000
  CapBnd:	0000000000000000
  NoNewPrivs:	1
  Seccomp:	0
  $ su learner -c 'bwrap --ro-bind /usr /usr --symlink usr/lib64 /lib64 --symlink usr/bin /bin --dir /home --chdir /home --unshare-pid --proc /proc /bin/sh -c "pwd; ls /; echo \$\$; ls -l /proc/self/exe | cut -c1"; bwrap --bind / / --ro-bind /etc /etc sh -c "touch /etc/q; touch /tmp/q && echo tmp"; bwrap --bind / / --bind-try /nope /mnt --ro-bind-try /etc /mnt ls /mnt/hostname; bwrap --dev-bind / / --unshare-user --uid 1234 --gid 1234 id; bwrap --bind / / --cap-add ALL true; bwrap --bind / / --unshare-user --cap-add CAP_NET_ADMIN --unshare-net ip link set lo down; echo $?; bwrap --ro-bind / / --share-net true; bwrap --bind / / --new-session --as-pid-1 --unshare-pid sh -c "echo \$\$"; bwrap --bind / / --unshare-pid sh -c "echo \$\$"; bwrap --args 3 3< /dev/null; bwrap --version; bwrap --ro-bind /etc; bwrap --bind / / --tmpfs /proc/1 true; bwrap --tmpfs / --dir /a/b --file 3 /a/f --perms 0600 --dir /p --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 stat -c "%a %n" /a/f /p /a/b 3< /etc/hostname'
  bwrap: execvp /bin/sh: No such file or directory
  touch: cannot touch '/etc/q': Read-only file system
  tmp
  /mnt/hostname
  uid=1234 gid=1234 groups=1234
  0
  1
  2
  usage: bwrap [OPTIONS...] [--] COMMAND [ARGS...]
  
      --help                       Print this help
      --version                    Print version
      --args FD                    Parse NUL-separated args from FD
      --unshare-all                Unshare every namespace we support by default
      --share-net                  Retain the network namespace (can only combine with --unshare-all)
      --unshare-user               Create new user namespace (may be automatically implied if not setuid)
      --unshare-user-try           Create new user namespace if possible else continue by skipping it
      --unshare-ipc                Create new ipc namespace
      --unshare-pid                Create new pid namespace
      --unshare-net                Create new network namespace
      --unshare-uts                Create new uts namespace
      --unshare-cgroup             Create new cgroup namespace
      --unshare-cgroup-try         Create new cgroup namespace if possible else continue by skipping it
      --userns FD                  Use this user namespace (cannot combine with --unshare-user)
      --userns2 FD                 After setup switch to this user namespace, only useful with --userns
      --disable-userns             Disable further use of user namespaces inside sandbox
      --assert-userns-disabled     Fail unless further use of user namespace inside sandbox is disabled
      --pidns FD                   Use this pid namespace (as parent namespace if using --unshare-pid)
      --uid UID                    Custom uid in the sandbox (requires --unshare-user or --userns)
      --gid GID                    Custom gid in the sandbox (requires --unshare-user or --userns)
      --hostname NAME              Custom hostname in the sandbox (requires --unshare-uts)
      --chdir DIR                  Change directory to DIR
      --clearenv                   Unset all environment variables
      --setenv VAR VALUE           Set an environment variable
      --unsetenv VAR               Unset an environment variable
      --lock-file DEST             Take a lock on DEST while sandbox is running
      --sync-fd FD                 Keep this fd open while sandbox is running
      --bind SRC DEST              Bind mount the host path SRC on DEST
      --bind-try SRC DEST          Equal to --bind but ignores non-existent SRC
      --dev-bind SRC DEST          Bind mount the host path SRC on DEST, allowing device access
      --dev-bind-try SRC DEST      Equal to --dev-bind but ignores non-existent SRC
      --ro-bind SRC DEST           Bind mount the host path SRC readonly on DEST
      --ro-bind-try SRC DEST       Equal to --ro-bind but ignores non-existent SRC
      --bind-fd FD DEST            Bind open directory or path fd on DEST
      --ro-bind-fd FD DEST         Bind open directory or path fd read-only on DEST
      --remount-ro DEST            Remount DEST as readonly; does not recursively remount
      --exec-label LABEL           Exec label for the sandbox
      --file-label LABEL           File label for temporary sandbox content
      --proc DEST                  Mount new procfs on DEST
      --dev DEST                   Mount new dev on DEST
      --tmpfs DEST                 Mount new tmpfs on DEST
      --mqueue DEST                Mount new mqueue on DEST
      --dir DEST                   Create dir at DEST
      --file FD DEST               Copy from FD to destination DEST
      --bind-data FD DEST          Copy from FD to file which is bind-mounted on DEST
      --ro-bind-data FD DEST       Copy from FD to file which is readonly bind-mounted on DEST
      --symlink SRC DEST           Create symlink at DEST with target SRC
      --seccomp FD                 Load and use seccomp rules from FD (not repeatable)
      --add-seccomp-fd FD          Load and use seccomp rules from FD (repeatable)
      --block-fd FD                Block on FD until some data to read is available
      --userns-block-fd FD         Block on FD until the user namespace is ready
      --info-fd FD                 Write information about the running container to FD
      --json-status-fd FD          Write container status to FD as multiple JSON documents
      --new-session                Create a new terminal session
      --die-with-parent            Kills with SIGKILL child process (COMMAND) when bwrap or bwrap's parent dies.
      --as-pid-1                   Do not install a reaper process with PID=1
      --cap-add CAP                Add cap CAP when running as privileged user
      --cap-drop CAP               Drop cap CAP when running as privileged user
      --perms OCTAL                Set permissions of next argument (--bind-data, --file, etc.)
      --size BYTES                 Set size of next argument (only for --tmpfs)
      --chmod OCTAL PATH           Change permissions of PATH (must already exist)
  bubblewrap 0.8.0
  bwrap: --ro-bind takes two arguments
  666 /a/f
  600 /p
  755 /a/b
  $ mkdir -p bundle/rootfs/bin; cp $(command -v busybox) bundle/rootfs/bin/; ln -s busybox bundle/rootfs/bin/sh; cd bundle; runc spec; jq -r '.process.capabilities.bounding[], .process.noNewPrivileges, .root.readonly, (.linux.namespaces | map(.type) | join(" "))' config.json; jq '.process.terminal = false | .process.args = ["sh", "-c", "busybox id; echo $$; busybox hostname; busybox grep CapEff /proc/self/status; echo > /x"]' config.json > c && mv c config.json; runc run one; echo $?
  CAP_AUDIT_WRITE
  CAP_KILL
  CAP_NET_BIND_SERVICE
  true
  true
  pid network ipc uts mount cgroup
  uid=0 gid=0
  1
  runc
  CapEff:	0000000020000420
  sh: can't create /x: Read-only file system
  1
  [999]
  $ jq '.process.args = ["busybox", "sleep", "100"] | .linux.resources.pids = {"limit": 5} | .linux.resources.memory = {"limit": 33554432}' config.json > c && mv c config.json; runc run -d two < /dev/null > /dev/null 2>&1; runc list -f json | jq -r '.[] | .id + " " + .status'; runc state two | jq -r .status; cat /sys/fs/cgroup/two/pids.max /sys/fs/cgroup/two/memory.max; runc ps two | tail -1 | awk '{print $NF}'; runc exec two busybox id; runc exec -u 5 two busybox id; runc exec two nosuch; runc pause two; runc list | awk 'NR > 1 {print $1, $3}'; runc exec two true; runc resume two; runc update --pids-limit 9 two; cat /sys/fs/cgroup/two/pids.max; runc events --stats two | jq .data.pids.limit
  [999]
  $ runc kill two; sleep 0.5; runc state two | jq -r .status; runc kill two KILL; sleep 0.5; runc state two | jq -r .status; runc exec two true; runc start two; runc delete two; runc delete two; runc state two; ls -d /sys/fs/cgroup/two; runc run; runc run nobundle/x; runc nonsense; runc --version | head -1; runc create three < /dev/null > /dev/null 2>&1; runc state three | jq -r .status; runc list -q; runc start three; sleep 0.3; runc state three | jq -r .status; runc start three; runc delete three; runc delete -f three; runc list -q | wc -l
  [999]
  $ jq '.process.user = {"uid": 1000, "gid": 1000} | .process.args = ["busybox", "sh", "-c", "id; grep -E \"CapEff|NoNew\" /proc/self/status; ping -c1 127.0.0.1"] | del(.linux.resources.pids, .linux.resources.memory)' config.json > c; cp c config.json; runc run u; jq '.linux.namespaces |= map(select(.type != "network" and .type != "uts")) | .process.args = ["busybox", "hostname"] | .hostname = ""' c > config.json; runc run nn; jq '.process.capabilities.effective += ["CAP_NOPE"]' c > config.json; runc run cc; jq '.process.cwd = "rel"' c > config.json; runc run cw; jq '.root.path = "nope"' c > config.json; runc run rp; jq '.process.args = []' c > config.json; runc run ar; echo '{' > config.json; runc run br; rm config.json; runc run no; jq '.ociVersion = "9.0"' c > config.json; runc run ov; jq '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sethostname", "mkdir"], "action": "SCMP_ACT_ERRNO"}]} | .process.args = ["busybox", "mkdir", "/tmpx"] | .root.readonly = false | .process.user = {"uid": 0, "gid": 0}' c > config.json; runc run sc; jq '.mounts += [{"destination": "/data", "type": "bind", "source": "/etc", "options": ["rbind", "ro"]}] | .process.args = ["busybox", "sh", "-c", "ls /data/hostname; echo > /data/x"]' c > config.json; runc run mt
  [999]
