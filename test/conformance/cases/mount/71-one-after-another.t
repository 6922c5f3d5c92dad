# title: Mounts, remounts and overlays, one after another
# timeout: 120

  $ mkdir -p /mnt/a /mnt/b /mnt/c
  $ mount -t tmpfs -o size=2m one /mnt/a
  $ echo hello > /mnt/a/f
  $ mount --bind /mnt/a /mnt/b
  $ cat /mnt/b/f
  hello
  $ umount /mnt/a
  $ cat /mnt/b/f
  hello
  $ ls /mnt/a
  $ umount /mnt/b
  $ ls /mnt/b
  $ mount -t tmpfs -o ro,size=1m r /mnt/a
  $ touch /mnt/a/x
  touch: cannot touch '/mnt/a/x': Read-only file system
  [1]
  $ mount -o remount,rw /mnt/a
  $ touch /mnt/a/x && ls /mnt/a
  x
  $ findmnt -no OPTIONS /mnt/a
  rw,relatime,size=1024k,inode64
  $ mount -o remount,ro,bind /mnt/a
  $ rm /mnt/a/x
  rm: cannot remove '/mnt/a/x': Read-only file system
  [1]
  $ grep /mnt/a /proc/self/mountinfo | cut -d' ' -f6-
  ro,relatime shared:11 - tmpfs r rw,size=1024k,inode64
  $ umount /mnt/a
  $ mount -t tmpfs A /mnt/a
  $ mkdir /mnt/a/sub
  $ mount -t tmpfs B /mnt/a/sub
  $ umount /mnt/a
  umount: /mnt/a: target is busy.
  [32]
  $ umount -R /mnt/a
  $ findmnt /mnt/a
  [1]
  $ echo $?
  0
  $ mount -t tmpfs A /mnt/a
  $ mkdir /mnt/a/sub
  $ mount -t tmpfs B /mnt/a/sub
  $ mount --rbind /mnt/a /mnt/b
  $ findmnt -R -no TARGET,SOURCE /mnt/b
  /mnt/b       A
  └─/mnt/b/sub B
  $ umount -l /mnt/b
  $ umount -l /mnt/a
  $ findmnt -no TARGET /mnt/a
  [1]
  $ mount -t tmpfs A /mnt/a
  $ mount --make-private /mnt/a
  $ mkdir /mnt/a/{x,y}
  $ mount --bind /mnt/a/x /mnt/a/y
  $ touch /mnt/a/y/f
  $ ls /mnt/a/x
  f
  $ grep ' /mnt/a/y ' /proc/self/mountinfo | cut -d' ' -f4,5
  /x /mnt/a/y
  $ mv /mnt/a/x /mnt/a/z
  $ grep ' /mnt/a/y ' /proc/self/mountinfo | cut -d' ' -f4,5
  /z /mnt/a/y
  $ rmdir /mnt/a/y
  rmdir: failed to remove '/mnt/a/y': Device or resource busy
  [1]
  $ rm -r /mnt/a/z
  $ grep ' /mnt/a/y ' /proc/self/mountinfo | cut -d' ' -f4,5
  /z//deleted /mnt/a/y
  $ umount /mnt/a/y /mnt/a
  $ mount --make-slave /
  $ findmnt -no PROPAGATION /
  private
  $ mount --make-shared /
  $ findmnt -no PROPAGATION /
  shared
  $ mount --make-rprivate /
  $ findmnt -no PROPAGATION / /proc
  [1]
  $ mount --make-rshared /
  $ unshare -m findmnt -no PROPAGATION /
  private
  $ unshare -m --propagation slave findmnt -no PROPAGATION /
  private,slave
  $ unshare -m --propagation shared findmnt -no PROPAGATION /
  shared
  $ unshare -m --propagation unchanged findmnt -no PROPAGATION /
  shared
  $ unshare -m sh -c 'mount -t tmpfs s /mnt/a; mount -t tmpfs s /mnt/b; findmnt -t tmpfs -no TARGET | grep mnt; umount /mnt/a /mnt/b; umount /mnt/a'
  /mnt/a
  /mnt/b
  umount: /mnt/a: not mounted.
  [32]
  $ findmnt /mnt/a
  [1]
  $ unshare -m sh -c 'mount --bind /etc/hostname /etc/issue; cat /etc/issue; umount /etc/issue'
  host
  $ unshare -m sh -c 'mount --bind /bin /mnt/a; ls /mnt/a/ls; mount -o remount,bind,noexec /mnt/a; /mnt/a/ls; echo $?'
  /mnt/a/ls
  sh: 1: /mnt/a/ls: Permission denied
  126
  $ su learner -c 'unshare -Urm sh -c "mount -t tmpfs t /mnt/a; touch /mnt/a/f; ls -l /mnt/a/f | cut -d\" \" -f3,4; grep /mnt/a /proc/self/mounts; mount -t proc p /mnt/b; mount --bind /proc /mnt/c; umount /mnt/c; umount /; mount --make-shared /mnt/a; mount -o remount,exec /dev/shm; chroot /mnt/a /bin/sh"'
  root root
  t /mnt/a tmpfs rw,relatime,uid=1000,gid=1000,inode64 0 0
  mount: /mnt/b: permission denied.
         dmesg(1) may have more information after failed mount system call.
  umount: /: not mounted.
  mount: /dev/shm: permission denied.
         dmesg(1) may have more information after failed mount system call.
  chroot: failed to run command ‘/bin/sh’: No such file or directory
  [127]
  $ mkdir -p /mnt/ov/{l,u,w,m}
  $ echo low > /mnt/ov/l/f
  $ mount -t overlay ov -o lowerdir=/mnt/ov/l,upperdir=/mnt/ov/u,workdir=/mnt/ov/w /mnt/ov/m
  $ echo up >> /mnt/ov/m/f
  $ cat /mnt/ov/l/f /mnt/ov/u/f
  low
  low
  up
  $ rm /mnt/ov/m/f
  $ ls -l /mnt/ov/u | awk 'NR>1{print $1,$NF}'
  c--------- f
  $ ls /mnt/ov/m
  $ echo new > /mnt/ov/m/f
  $ cat /mnt/ov/u/f
  new
  $ stat -c %h /mnt/ov/m/f
  1
  $ umount /mnt/ov/m
  $ mount -t overlay ov -o lowerdir=/mnt/ov/l /mnt/ov/m
  mount: /mnt/ov/m: wrong fs type, bad option, bad superblock on ov, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  [32]
  $ mount -t overlay ov -o lowerdir=/mnt/ov/l,upperdir=/mnt/ov/u /mnt/ov/m
  mount: /mnt/ov/m: wrong fs type, bad option, bad superblock on ov, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  [32]
  $ mount -t overlay ov -o lowerdir=/nosuch,upperdir=/mnt/ov/u,workdir=/mnt/ov/w /mnt/ov/m
  mount: /mnt/ov/m: special device ov does not exist.
         dmesg(1) may have more information after failed mount system call.
  [32]
  $ mount -t overlay ov -o upperdir=/mnt/ov/u,workdir=/mnt/ov/w /mnt/ov/m
  mount: /mnt/ov/m: wrong fs type, bad option, bad superblock on ov, missing codepage or helper program, or other error.
         dmesg(1) may have more information after failed mount system call.
  [32]
  $ mkdir -p /mnt/j/bin /mnt/j/old
  $ cp /bin/busybox /mnt/j/bin
  $ unshare -m sh -c 'mount --bind /mnt/j /mnt/j; cd /mnt/j; pivot_root . old; /bin/busybox ls /; /bin/busybox ls /old | /bin/busybox head -3; /bin/busybox umount -l /old; /bin/busybox ls /old; /bin/busybox mount'
  bin
  old
  bin
  boot
  dev
  mount: no /proc/mounts
  [1]
  $ chroot /mnt/j /bin/busybox id
  uid=0 gid=0
  $ chroot /mnt/j /bin/busybox sh -c 'echo $PATH; pwd'
  /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  /
  $ chroot /mnt/j /bin/busybox nosuch
  nosuch: applet not found
  [127]
  $ chroot /mnt/j /nosuch
  chroot: failed to run command ‘/nosuch’: No such file or directory
  [127]
  $ chroot /mnt/j
  chroot: failed to run command ‘/bin/bash’: No such file or directory
  [127]
  $ mountpoint /mnt/a
  /mnt/a is not a mountpoint
  [32]
  $ mountpoint -q /proc && echo yes
  yes
  $ mountpoint -d /
  254:0
  $ df /mnt/j | tail -1 | awk '{print $1,$6}'
  /dev/vda /
  $ df -t tmpfs | awk '{print $6}'
  Mounted
  /dev/shm
  /run
  $ stat -f -c '%T' /proc /sys /dev /run
  proc
  sysfs
  tmpfs
  tmpfs
  $ findmnt -t proc -no TARGET
  /proc
  $ findmnt -T /mnt/j/bin -no TARGET
  /
  $ findmnt -no FSTYPE -T /dev/shm
  tmpfs
  $ findmnt -n -o SOURCE,TARGET,FSTYPE,OPTIONS /run
  tmpfs  /run   tmpfs  rw,nosuid,nodev,relatime,mode=755,inode64
  $ findmnt --list -n -o TARGET -t devpts
  /dev/pts
  $ findmnt -J -o TARGET,FSTYPE /proc
  {
     "filesystems": [
        {
           "target": "/proc",
           "fstype": "proc"
        }
     ]
  }
  $ findmnt -P -o TARGET,FSTYPE /proc
  TARGET="/proc" FSTYPE="proc"
  $ findmnt -rn -o TARGET,FSTYPE /proc
  /proc proc
