# title: Volumes, mounts and tmpfs
# needs: docker
# timeout: 200
  $ docker volume create; docker volume ls -q | wc -l; docker volume create --name data; docker volume create --label k=v --opt type=tmpfs --opt device=tmpfs tmp; docker volume inspect -f '{{json .Options}} {{json .Labels}}' tmp data
  <id:1>
  1
  data
  tmp
  {"device":"tmpfs","type":"tmpfs"} {"k":"v"}
  {} {}
  $ docker run --rm -v data:/d busybox sh -c 'echo one > /d/f; ls -ld /d | cut -c1-10'; docker run --rm -v data:/d:ro busybox sh -c 'cat /d/f; echo two > /d/f'; docker run --rm --mount source=data,target=/m busybox cat /m/f; cat /var/lib/docker/volumes/data/_data/f
  drwxr-xr-x
  one
  sh: can't create /d/f: Read-only file system
  one
  one
  $ docker run --rm --mount type=bind,source=/etc,target=/e,readonly busybox sh -c 'wc -l < /e/hostname; touch /e/x'; docker run --rm --mount type=bind,source=/nope,target=/e busybox true; docker run --rm -v /nope2:/e busybox ls -A /e; ls -d /nope2; docker run --rm -v rel/path:/e busybox true; docker run --rm -v data:rel busybox true; docker run --rm -v /etc busybox sh -c 'ls /etc | head -3'
  1
  touch: /e/x: Read-only file system
  docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /nope.
  See 'docker run --help'.
  /nope2
  docker: Error response from daemon: create rel/path: "rel/path" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path.
  See 'docker run --help'.
  docker: Error response from daemon: invalid volume specification: 'data:rel': invalid mount config for type "volume": invalid mount path: 'rel' mount path must be absolute.
  See 'docker run --help'.
  group
  hostname
  hosts
  $ docker run --rm --tmpfs /scratch busybox sh -c 'grep scratch /proc/mounts; df -h /scratch | tail -1 | wc -l'; docker run --rm --tmpfs /s:size=1m,mode=700,uid=5 busybox sh -c 'ls -ldn /s | cut -d" " -f1-8; dd if=/dev/zero of=/s/f bs=1k count=2000 2>&1 | head -1; ls -l /s/f | awk "{print \$5}"'; docker run --rm --mount type=tmpfs,destination=/t,tmpfs-size=64k busybox grep ' /t ' /proc/mounts
  tmpfs /scratch tmpfs rw,nosuid,nodev,noexec,relatime,inode64 0 0
  1
  drwx------    2 5
  dd: error writing '/s/f': No space left on device
  1048576
  tmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime,size=64k,inode64 0 0
  $ docker run --rm --read-only busybox touch /x; docker run --rm --read-only --tmpfs /tmp busybox sh -c 'touch /tmp/x && ls /tmp'; docker run --rm --read-only -v data:/d busybox sh -c 'echo three >> /d/f; wc -l < /d/f; touch /etc/hosts; touch /dev/shm/x && echo shm; touch /dev/y'; docker run --rm --shm-size 1m busybox sh -c 'df -k /dev/shm | tail -1 | awk "{print \$2}"'; docker run --rm --shm-size 0 busybox df -k /dev/shm | tail -1 | awk '{print $2}'; docker run --rm --shm-size abc busybox true
  touch: /x: Read-only file system
  x
  2
  touch: /etc/hosts: Read-only file system
  shm
  1024
  65536
  invalid argument "abc" for "--shm-size" flag: invalid size: 'abc'
  See 'docker run --help'.
  [125]
  $ docker run -d --name keeper -v data:/d -v /srv:/srv:ro,z busybox sleep 100 | wc -c; docker inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Source}} {{.Destination}} {{.Mode}} {{.RW}} {{.Propagation}}|{{end}}' keeper; docker volume rm data 2>&1 | sed 's/\[[0-9a-f]*\]/[ID]/'; docker run --rm --volumes-from keeper busybox sh -c 'cat /d/f; touch /srv/x'; docker run --rm --volumes-from keeper:ro busybox touch /d/g; docker run --rm --volumes-from nosuch busybox true
  65
  volume data /var/lib/docker/volumes/data/_data /d z true |bind  /srv /srv ro,z false rprivate|
  Error response from daemon: remove data: volume is in use - [ID]
  one
  three
  touch: /srv/x: Read-only file system
  touch: /d/g: Read-only file system
  docker: Error response from daemon: No such container: nosuch.
  See 'docker run --help'.
  [125]
  $ docker rm -f keeper; docker volume rm data tmp nosuch; docker volume prune -f | tail -1; docker volume ls -q | wc -l; docker volume inspect nosuch; docker volume; docker volume create 'bad name'
  keeper
  data
  tmp
  Error: No such volume: nosuch
  Total reclaimed space: 0B
  0
  []
  Error: No such volume: nosuch
  
  Usage:  docker volume COMMAND
  
  Manage volumes
  
  Commands:
    create      Create a volume
    inspect     Display detailed information on one or more volumes
    ls          List volumes
    prune       Remove all unused local volumes
    rm          Remove one or more volumes
  
  Run 'docker volume COMMAND --help' for more information on a command.
  Error response from daemon: create bad name: "bad name" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path
  [1]
