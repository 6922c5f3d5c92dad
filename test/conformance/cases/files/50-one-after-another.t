# title: Modes, links, holes, sticky bits and archives, one after another
# timeout: 120

  $ cd /tmp
  $ mkdir fx
  $ cd fx
  $ touch a b c
  $ chmod 600 a
  $ chmod u+x,g+r,o= b
  $ chmod 4711 c
  $ stat -c '%n %a %A' a b c
  a 600 -rw-------
  b 740 -rwxr-----
  c 4711 -rws--x--x
  $ chmod -R a-w .
  $ stat -c %a .
  555
  $ chmod u+w .
  $ ls -l | awk 'NR>1{print $1,$NF}'
  -r-------- a
  -r-xr----- b
  -r-s--x--x c
  $ ln a hard
  $ ln -s a sym
  $ stat -c '%h %N' a hard sym
  2 'a'
  2 'hard'
  1 'sym' -> 'a'
  $ rm a
  $ cat hard
  $ cat sym
  cat: sym: No such file or directory
  [1]
  $ ls -l sym | awk '{print $NF}'
  a
  $ readlink sym
  a
  $ test -e sym
  [1]
  $ echo $?
  0
  $ test -h sym
  $ echo $?
  0
  $ ln -sf hard sym
  $ test -e sym
  $ echo $?
  0
  $ ln -sfn /etc dirlink
  $ ls -d dirlink/hostname
  dirlink/hostname
  $ rm dirlink/
  rm: cannot remove 'dirlink/': Is a directory
  [1]
  $ rm dirlink
  $ mkdir d
  $ chmod 000 d
  $ su learner -c 'ls /tmp/fx/d; cd /tmp/fx/d; touch /tmp/fx/d/x; cat /tmp/fx/b; ls /tmp/fx | wc -l; rm /tmp/fx/hard; chmod 777 /tmp/fx/b; stat -c %U /tmp/fx/b'
  ls: cannot open directory '/tmp/fx/d': Permission denied
  bash: line 1: cd: /tmp/fx/d: Permission denied
  touch: cannot touch '/tmp/fx/d/x': Permission denied
  cat: /tmp/fx/b: Permission denied
  5
  rm: cannot remove '/tmp/fx/hard': Permission denied
  chmod: changing permissions of '/tmp/fx/b': Operation not permitted
  root
  $ chmod 711 d
  $ echo s > d/s
  $ su learner -c 'ls /tmp/fx/d; cat /tmp/fx/d/s'
  ls: cannot open directory '/tmp/fx/d': Permission denied
  s
  $ chmod 744 d
  $ su learner -c 'ls /tmp/fx/d; cat /tmp/fx/d/s; ls -l /tmp/fx/d'
  s
  cat: /tmp/fx/d/s: Permission denied
  ls: cannot access '/tmp/fx/d/s': Permission denied
  total 0
  -????????? ? ? ? ?            ? s
  [1]
  $ umask 0077
  $ touch u1
  $ mkdir u2
  $ stat -c '%a' u1 u2
  600
  700
  $ umask 0002
  $ touch u3
  $ stat -c %a u3
  664
  $ umask u=rwx,go=rx
  $ umask
  0022
  $ umask 022
  $ echo content > o
  $ exec 3<o
  $ rm o
  $ cat <&3
  content
  $ readlink /proc/$$/fd/3
  /tmp/fx/o (deleted)
  $ exec 3<&-
  $ exec 4>o2
  $ echo one >&4
  $ echo two > o2
  $ echo three >&4
  $ exec 4>&-
  $ od -c o2 | head -2
  0000000   t   w   o  \n   t   h   r   e   e  \n
  0000012
  $ exec 5>>o2
  $ echo x >&5
  $ truncate -s 0 o2
  $ echo y >&5
  $ exec 5>&-
  $ cat o2
  y
  $ dd if=/dev/zero of=big bs=1M count=3 status=none; ls -lh big | awk '{print $5}'; du -h big | cut -f1; truncate -s 10M sparse; du sparse | cut -f1; ls -s sparse; cp sparse sp2; du sp2 | cut -f1; cat sparse > sp3; du -m sp3 | cut -f1; head -c 5 big | od -An -c; dd if=big bs=1k skip=1 count=2 2>&1 >/dev/null | head -2
  3.0M
  3.0M
  0
  0 sparse
  0
  10
    \0  \0  \0  \0  \0
  2+0 records in
  2+0 records out
  $ mkdir st
  $ chmod 1777 st
  $ su learner -c 'touch /tmp/fx/st/l'
  $ touch st/r
  $ su learner -c 'rm -f /tmp/fx/st/r; mv /tmp/fx/st/r /tmp/fx/st/x; rm /tmp/fx/st/l && echo own'
  rm: cannot remove '/tmp/fx/st/r': Operation not permitted
  mv: cannot move '/tmp/fx/st/r' to '/tmp/fx/st/x': Operation not permitted
  own
  $ mkdir sg
  $ chgrp learner sg
  $ chmod 2755 sg
  $ touch sg/f
  $ mkdir sg/d
  $ ls -ld sg/d sg/f | awk '{print $1,$4}'
  drwxr-sr-x learner
  -rw-r--r-- learner
  $ chown learner:daemon u3
  $ stat -c %U:%G u3
  learner:daemon
  $ chown :learner u3
  $ chown root u3
  $ stat -c %U:%G u3
  root:learner
  $ chown nosuch u3
  chown: invalid user: ‘nosuch’
  [1]
  $ chgrp nosuch u3
  chgrp: invalid group: ‘nosuch’
  [1]
  $ su learner -c 'chown learner /tmp/fx/u3; chgrp learner /tmp/fx/u3'
  chown: changing ownership of '/tmp/fx/u3': Operation not permitted
  chgrp: changing group of '/tmp/fx/u3': Operation not permitted
  [1]
  $ cp -a sg sgcopy
  $ stat -c '%G %a' sgcopy
  learner 2755
  $ cp -r sg sg2
  $ stat -c '%G %a' sg2
  root 755
  $ cp -p u3 u4
  $ stat -c %a u4
  664
  $ cp nosuch x
  cp: cannot stat 'nosuch': No such file or directory
  [1]
  $ cp sg x
  cp: -r not specified; omitting directory 'sg'
  [1]
  $ cp a1 b1 c1
  cp: target 'c1': No such file or directory
  [1]
  $ mv sg2 st
  $ ls st
  r
  sg2
  $ mv st/sg2 .
  $ mv b renamed
  $ ls b
  ls: cannot access 'b': No such file or directory
  [2]
  $ mv -i renamed u4 </dev/null
  mv: overwrite 'u4'?
  $ ls renamed
  renamed
  $ mv -n renamed u4
  $ mv -v renamed b
  renamed 'renamed' -> 'b'
  $ rm -r sg2 sgcopy
  $ rm nosuch
  rm: cannot remove 'nosuch': No such file or directory
  [1]
  $ rm -f nosuch
  $ rm sg
  rm: cannot remove 'sg': Is a directory
  [1]
  $ rmdir sg
  rmdir: failed to remove 'sg': Directory not empty
  [1]
  $ rm -ri sg </dev/null
  rm: descend into directory 'sg'?
  $ ls -d sg
  sg
  $ find . -type f -perm -u+s
  ./c
  $ find . -type d -name 's*' | sort
  ./sg
  ./st
  $ find . -maxdepth 1 -type l -printf '%f -> %l\n'
  sym -> hard
  $ find . -name 'u*' -type f -size 0 | sort
  ./u1
  ./u3
  ./u4
  $ find . -newer u1 -name 'sp*' | sort
  ./sp2
  ./sp3
  ./sparse
  $ find . -user learner
  $ find . -type f -name c -exec stat -c %a {} \;
  4511
  $ find . -empty -type f | wc -l
  8
  $ find d -type f -delete -print
  d/s
  $ printf '#!/bin/sh\necho ran as $0\n' > s.sh
  $ ./s.sh
  bash: line 245: ./s.sh: Permission denied
  [126]
  $ chmod +x s.sh
  $ ./s.sh
  ran as ./s.sh
  $ /tmp/fx/s.sh
  ran as /tmp/fx/s.sh
  $ PATH=.:$PATH s.sh
  ran as ./s.sh
  $ sh s.sh
  ran as s.sh
  $ bash -c ./s.sh
  ran as ./s.sh
  $ chmod 444 s.sh
  $ ./s.sh
  bash: line 261: ./s.sh: Permission denied
  [126]
  $ . ./s.sh | cut -c1-6
  ran as
  $ printf '#!/no/such\n' > t.sh
  $ chmod +x t.sh
  $ ./t.sh
  bash: line 269: ./t.sh: cannot execute: required file not found
  [127]
  $ env ./t.sh
  env: ‘./t.sh’: No such file or directory
  [127]
  $ ./d
  bash: line 273: ./d: Is a directory
  [126]
  $ ./nosuch
  bash: line 275: ./nosuch: No such file or directory
  [127]
  $ nosuch
  bash: line 277: nosuch: command not found
  [127]
  $ /etc/passwd
  bash: line 279: /etc/passwd: Permission denied
  [126]
  $ echo $?
  0
  $ tar cf t.tar s.sh sg
  $ tar tf t.tar
  s.sh
  sg/
  sg/d/
  sg/f
  $ tar xvf t.tar -C d
  s.sh
  sg/
  sg/d/
  sg/f
  $ ls d
  s.sh
  sg
  $ tar czf t.tgz s.sh && tar tzvf t.tgz | awk '{print $1,$2,$6}'
  -r--r--r-- root/root s.sh
  $ gzip -c s.sh | zcat | head -1
  #!/bin/sh
  $ gzip s.sh
  $ ls s.sh*
  s.sh.gz
  $ gunzip s.sh.gz
  $ md5sum c
  d41d8cd98f00b204e9800998ecf8427e  c
  $ sha256sum c | cut -c1-16
  e3b0c44298fc1c14
  $ wc -c c big
        0 c
  3145728 big
  3145728 total
  $ sort -r <<< $'a\nc\nb'
  c
  b
  a
  $ cut -d: -f1,3 /etc/passwd | head -1
  root:0
  $ grep -c root /etc/passwd
  1
  $ sed -n 1p /etc/hostname
  host
  $ awk -F: '$3==1000{print $1}' /etc/passwd
  learner
  $ tr a-z A-Z <<< abc
  ABC
  $ head -1 /etc/group
  root:x:0:
  $ tail -1 /etc/shells
  /usr/bin/dash
  $ uniq -c <<< $'x\nx'
        2 x
  $ diff <(echo a) <(echo b)
  1c1
  < a
  ---
  > b
  [1]
  $ cmp c b
  $ file c s.sh d
  c:    setuid, empty
  s.sh: POSIX shell script, ASCII text executable
  d:    directory
  $ stat -c '%s %F' c d sym
  0 regular empty file
  4096 directory
  4 symbolic link
  $ touch -d 2001-02-03 old
  $ ls -l --time-style=long-iso old | awk '{print $6}'
  2001-02-03
  $ basename $PWD
  fx
  $ realpath sym
  /tmp/fx/hard
  $ namei sym | tail -2
   l sym -> hard
     - hard
  $ lsattr -d d | cut -c1-22
  --------------e-------
  $ df . | tail -1 | awk '{print $6}'
  /
  $ flock lk echo locked
  locked
  $ getfattr -d c
  $ cat /proc/self/fdinfo/0 | head -1
  pos:	0
  $ ls -ld /tmp | cut -c1-10
  drwxrwxrwt
  $ cd ..
  $ rm -r fx
  $ ls fx
  ls: cannot access 'fx': No such file or directory
  [2]
