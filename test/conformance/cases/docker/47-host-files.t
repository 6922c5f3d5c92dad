# title: What a container can read of the host: what it was given
# user: root
# needs: docker
# timeout: 200
  $ until docker info > /dev/null 2>&1; do sleep 1; done
  $ mkdir /srv/vault; echo secret > /srv/vault/key; chmod 600 /srv/vault/key; chmod 700 /srv/vault
  $ docker run --rm busybox cat /srv/vault/key
  cat: can't open '/srv/vault/key': No such file or directory
  [1]
  $ docker run --rm -v /srv:/mnt busybox cat /mnt/vault/key
  secret
  $ docker run --rm -v /srv:/mnt:ro busybox sh -c 'echo x > /mnt/vault/key'
  sh: can't create /mnt/vault/key: Read-only file system
  [1]
  $ docker run --rm -v /srv:/mnt -u 1000 busybox cat /mnt/vault/key
  cat: can't open '/mnt/vault/key': Permission denied
  [1]
  $ docker run --rm -v /srv:/mnt --cap-drop ALL busybox cat /mnt/vault/key
  secret
  $ chown -R 1000 /srv/vault
  $ docker run --rm -v /srv:/mnt --cap-drop ALL busybox cat /mnt/vault/key
  cat: can't open '/mnt/vault/key': Permission denied
  [1]
  $ docker run --rm -v /srv:/mnt --cap-drop ALL --cap-add DAC_OVERRIDE busybox cat /mnt/vault/key
  secret
  $ docker run --rm -v /srv:/mnt --cap-drop ALL --cap-add DAC_READ_SEARCH busybox cat /mnt/vault/key
  secret
  $ docker run --rm -v /srv/vault/key:/key:ro busybox cat /key
  secret
  $ docker run --rm --read-only -v /srv:/mnt busybox touch /mnt/vault/new /new
  touch: /new: Read-only file system
  [1]
  $ ls /srv/vault
  key
  new
  $ docker run --rm busybox ls /proc/1/root/srv
  ls: /proc/1/root/srv: No such file or directory
  [1]
  $ docker run --rm --pid host busybox ls /proc/1/root/srv
  ls: /proc/1/root/srv: Permission denied
  [1]
  $ docker run --rm --pid host --cap-add SYS_PTRACE busybox ls /proc/1/root/srv
  ls: /proc/1/root/srv: Permission denied
  [1]
  $ docker run --rm --pid host --cap-add SYS_PTRACE --security-opt apparmor=unconfined busybox ls /proc/1/root/srv
  vault
