# title: Setuid programs and their enemies
# user: learner
# timeout: 120
  $ sudo cp /bin/bash /opt/rootsh; sudo chmod u+s /opt/rootsh; ls -l /opt/rootsh | cut -d' ' -f1,3; /opt/rootsh -c 'id; whoami'; /opt/rootsh -p -c 'id; whoami; grep -E "^Uid|CapEff" /proc/self/status'
  -rwsr-xr-x root
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  learner
  uid=1000(learner) gid=1000(learner) euid=0(root) groups=1000(learner)
  root
  Uid:	1000	0	0	0
  CapEff:	000001ffffffffff
  $ cp /opt/rootsh /tmp/mine; ls -l /tmp/mine | cut -d' ' -f1,3; sudo cp -p /opt/rootsh /tmp/mine2; /tmp/mine2 -p -c 'id -u'; sudo chown learner /tmp/mine2; ls -l /tmp/mine2 | cut -d' ' -f1,3
  -rwxr-xr-x learner
  0
  -rwxr-xr-x learner
  $ setpriv --no-new-privs /opt/rootsh -p -c 'id'; setpriv --nnp /opt/rootsh -p -c 'grep NoNewPrivs /proc/self/status'; unshare -Ur /opt/rootsh -p -c 'id -u; cat /etc/shadow | wc -l'; unshare -U /opt/rootsh -p -c 'id'
  uid=1000(learner) gid=1000(learner) groups=1000(learner)
  NoNewPrivs:	1
  0
  cat: /etc/shadow: Permission denied
  0
  uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)
  $ printf '#!/bin/sh -p\nid -u\n' > /tmp/s.sh; sudo chown root /tmp/s.sh; sudo chmod 4755 /tmp/s.sh; /tmp/s.sh; ls -l /tmp/s.sh | cut -c1-10; sudo sh -c 'echo >> /tmp/s.sh'; ls -l /tmp/s.sh | cut -c1-10
  1000
  -rwsr-xr-x
  -rwsr-xr-x
  $ sudo mount -t tmpfs -o nosuid,mode=1777 t /mnt; sudo cp -p /opt/rootsh /mnt/; /mnt/rootsh -p -c 'id -u'; sudo mount -o remount,suid /mnt; /mnt/rootsh -p -c 'id -u'; sudo mount -o remount,noexec /mnt; /mnt/rootsh -p -c 'id -u'; bash /mnt/rootsh; sudo umount /mnt
  1000
  0
  bash: line 9: /mnt/rootsh: Permission denied
  /mnt/rootsh: /mnt/rootsh: cannot execute binary file
  $ unshare -Urm sh -c 'mount -t tmpfs t /mnt; cp /bin/cat /mnt/c; chmod u+s /mnt/c; ls -l /mnt/c | cut -d" " -f1,3; /mnt/c /etc/shadow; mount --bind /opt /mnt; /mnt/rootsh -p -c "id -u"; mount -o remount,bind,suid /mnt; mount -o remount,ro /; chroot / id -u; mknod /tmp/dev c 1 3; hostname h; kill -0 1'
  -rwsr-xr-x root
  /mnt/c: /etc/shadow: Permission denied
  0
  mount: /: permission denied.
         dmesg(1) may have more information after failed mount system call.
  0
  mknod: /tmp/dev: Operation not permitted
  hostname: you must be root to change the host name
  sh: 1: kill: Operation not permitted
  [1]
  $ sudo setcap cap_setuid+ep /opt/rootsh; sudo chmod u-s /opt/rootsh; /opt/rootsh -c 'grep CapEff /proc/self/status; id -u'; sudo cp /usr/bin/python3 /tmp/py; sudo setcap cap_setuid=ep /tmp/py; /tmp/py -c 'import os; os.setuid(0); os.execvp("id", ["id"])'; unshare -Ur /tmp/py -c 'import os; print(os.getuid())'; setpriv --no-new-privs /tmp/py -c 'import os; os.setuid(0)' 2>&1 | tail -1
  CapEff:	0000000000000000
  1000
  uid=0(root) gid=1000(learner) groups=1000(learner)
  0
  PermissionError: [Errno 1] Operation not permitted
  $ find /usr/bin -perm -4000 | sort; find / -xdev -perm -2000 -type f 2>/dev/null | sort | head -6; getcap -r /usr/bin 2>/dev/null; stat -c '%a %U %n' /usr/bin/sudo /usr/bin/su /etc/shadow /usr/bin/passwd
  /usr/bin/chfn
  /usr/bin/chsh
  /usr/bin/gpasswd
  /usr/bin/mount
  /usr/bin/newgidmap
  /usr/bin/newgrp
  /usr/bin/newuidmap
  /usr/bin/passwd
  /usr/bin/su
  /usr/bin/sudo
  /usr/bin/umount
  /usr/bin/chage
  /usr/bin/expiry
  /usr/sbin/unix_chkpwd
  /usr/bin/ping cap_net_raw=ep
  4755 root /usr/bin/sudo
  4755 root /usr/bin/su
  640 root /etc/shadow
  4755 root /usr/bin/passwd
  $ sudo -l; sudo -u nobody id; sudo -u '#33' id -u; sudo -g shadow id; sudo -nk id; sudo -u nosuch id; sudo -E sh -c 'echo $HOME $USER $SUDO_USER $SUDO_UID'; sudo -i pwd; sudo sh -c 'ulimit -c; umask'; sudo nosuch; sudo -s <<< 'echo $0'
  Matching Defaults entries for learner on host:
      env_reset, mail_badpass, secure_path=/usr/local/sbin\:/usr/local/bin\:/usr/sbin\:/usr/bin\:/sbin\:/bin, use_pty
  
  User learner may run the following commands on host:
      (ALL) NOPASSWD: ALL
  uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)
  33
  sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper
  sudo: a password is required
  uid=0(root) gid=0(root) groups=0(root)
  sudo: unknown user nosuch
  sudo: error initializing audit plugin sudoers_audit
  /home/learner root learner 1000
  /root
  0
  0022
  sudo: nosuch: command not found
  /bin/bash
  $ chown root /tmp/s2 2>&1; touch /tmp/s2; chown root /tmp/s2; chgrp sudo /tmp/s2; chmod 6755 /tmp/s2; ls -l /tmp/s2 | cut -d' ' -f1,3,4; echo x >> /tmp/s2; ls -l /tmp/s2 | cut -c1-10; chgrp learner /tmp/s2; ls -l /tmp/s2 | cut -c1-10; chmod 2755 /tmp/s2; ls -l /tmp/s2 | cut -c1-10
  chown: cannot access '/tmp/s2': No such file or directory
  chown: changing ownership of '/tmp/s2': Operation not permitted
  chgrp: changing group of '/tmp/s2': Operation not permitted
  -rwsr-sr-x learner learner
  -rwxr-xr-x
  -rwxr-xr-x
  -rwxr-sr-x
