# title: Exec in all its forms
# needs: docker
# timeout: 200
  $ docker run -dit --name box -e COLOR=red -w /tmp busybox | wc -c; docker exec box pwd; docker exec -w / box pwd; docker exec box env | sort; docker exec -e COLOR=blue -e NEW=1 box sh -c 'echo $COLOR $NEW $HOSTNAME' | cut -d' ' -f1,2
  65
  /tmp
  /
  COLOR=red
  HOME=/root
  HOSTNAME=<id:1>
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  blue 1
  $ docker exec -u nobody box id; docker exec -u 1000:1000 box id; docker exec --user daemon:mail box id; docker exec -u 4294967295 box id; docker exec -u :5 box id
  unable to find user nobody: no matching entries in passwd file
  uid=1000 gid=1000 groups=1000
  unable to find user daemon: no matching entries in passwd file
  uids and gids must be in range 0-2147483647
  uid=0(root) gid=5 groups=5
  $ docker exec box; docker exec; docker exec nosuch ls; docker exec -z box ls; docker exec box 'ls /'; docker exec box /bin; echo $?
  "docker exec" requires at least 2 arguments.
  See 'docker exec --help'.
  
  Usage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]
  
  Run a command in a running container
  "docker exec" requires at least 2 arguments.
  See 'docker exec --help'.
  
  Usage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]
  
  Run a command in a running container
  Error: No such container: nosuch
  unknown shorthand flag: 'z' in -z
  See 'docker exec --help'.
  OCI runtime exec failed: exec failed: unable to start container process: exec: "ls /": stat ls /: no such file or directory: unknown
  OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin": permission denied: unknown
  126
  $ docker exec box sh -c 'exit 42'; echo $?; docker exec box sh -c 'kill -9 $$'; echo $?; docker exec -d box sh -c 'sleep 33'; sleep 1; docker exec box ps | grep '[s]leep 33' | wc -l; docker exec -i box cat < /etc/hostname; echo piped | docker exec -i box tr a-z A-Z
  42
  137
  1
  host
  PIPED
  $ docker exec --privileged box grep CapEff /proc/self/status; docker exec box grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status; docker exec box cat /proc/self/cgroup; docker exec box readlink /proc/1/ns/pid /proc/self/ns/pid | uniq | wc -l; docker exec box cat /proc/1/cmdline | tr '\0' ' '
  CapEff:	0000003fffffffff
  CapEff:	00000000a80425fb
  NoNewPrivs:	0
  Seccomp:	2
  0::/
  BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.
  
  Usage: readlink [-fnv] FILE
  
  Display the value of a symlink
  
  	-f	Canonicalize by following all symlinks
  	-n	Don't add newline
  	-v	Verbose
  0
  sh
