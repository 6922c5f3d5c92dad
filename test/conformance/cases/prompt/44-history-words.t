# title: Words of earlier commands
# mode: pty

  $ cd /etc
  cd /etc
  root@host:/etc#
  $ ls hostname hosts
  ls hostname hosts
  hostname  hosts
  root@host:/etc#
  $ !!
  !!
  ls hostname hosts
  hostname  hosts
  root@host:/etc#
  $ !l
  !l
  ls hostname hosts
  hostname  hosts
  root@host:/etc#
  $ echo !$
  echo !$
  echo hosts
  hosts
  root@host:/etc#
  $ echo alpha beta gamma
  echo alpha beta gamma
  alpha beta gamma
  root@host:/etc#
  $ echo !!:1 !!:2
  echo !!:1 !!:2
  echo alpha beta
  alpha beta
  root@host:/etc#
  $ echo !*
  echo !*
  echo alpha beta
  alpha beta
  root@host:/etc#
  $ !e:p
  !e:p
  echo alpha beta
  root@host:/etc#
  $ !?host
  !?host
  echo hosts
  hosts
  root@host:/etc#
  $ ^hostname^hosts
  ^hostname^hosts
  bash: :s^hostname^hosts: substitution failed
  root@host:/etc#
  $ !-3
  !-3
  echo alpha beta
  alpha beta
  root@host:/etc#
  $ history 4
  history 4
      9  echo alpha beta
     10  echo hosts
     11  echo alpha beta
     12  history 4
  root@host:/etc#
  $ echo "it's !"
  echo "it's !"
  it's !
  root@host:/etc#
  $ echo hello!
  echo hello!
  hello!
  root@host:/etc#
  $ set +H
  set +H
  root@host:/etc#
  $ echo "wow!bash"
  echo "wow!bash"
  wow!bash
  root@host:/etc#
  $ set -H
  set -H
  root@host:/etc#
  $ !99
  !99
  bash: !99: event not found
  root@host:/etc#
  $ fc -l -3
  fc -l -3
  15	 set +H
  16	 echo "wow!bash"
  17	 set -H
  root@host:/etc#
  $ history -d 1
  history -d 1
  root@host:/etc#
  $ history -x
  history -x
  bash: history: -x: invalid option
  history: usage: history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]
  root@host:/etc#
  $ HISTCONTROL=ignorespace
  HISTCONTROL=ignorespace
  root@host:/etc#
  $  echo secret
   echo secret
  secret
  root@host:/etc#
  $ history 2
  history 2
     20  HISTCONTROL=ignorespace
     21  history 2
  root@host:/etc#
  $ echo a b c !#:1
  echo a b c !#:1
  echo a b c a
  a b c a
  root@host:/etc#
  $ !cd:s/etc/tmp/
  !cd:s/etc/tmp/
  bash: !cd: event not found
  root@host:/etc#
  $ pwd
  pwd
  /etc
  root@host:/etc#
  $ type history
  type history
  history is a shell builtin
  root@host:/etc#
