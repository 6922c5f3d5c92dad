# title: Unfinished lines of every kind
# mode: pty
# user: learner

A tab in a here-document completes a file name.

  $ echo 'one
  echo 'one
  >
  $ two'
  two'
  one
  two
  learner@host:~$
  $ cat <<EOF
  cat <<EOF
  >
  $ I am $USER
  I am $USER
  >
  $ in $(pwd)
  in $(pwd)
  >
  $ EOF
  EOF
  I am learner
  in /home/learner
  learner@host:~$
  $ cat <<'END'
  cat <<'END'
  >
  $ I am $USER
  I am $USER
  >
  $ END
  END
  I am $USER
  learner@host:~$
  $ cat > notes <<-X
  cat > notes <<-X
  >
  $ 	indented
  .indented
  >
  $ X
  X
  learner@host:~$
  $ cat notes
  cat notes
  .indented
  learner@host:~$
  $ if true
  if true
  >
  $ then echo yes
  then echo yes
  >
  $ else echo no
  else echo no
  >
  $ fi
  fi
  yes
  learner@host:~$
  $ while read a b; do
  while read a b; do
  >
  $ echo "$b $a"
  echo "$b $a"
  >
  $ done < notes
  done < notes
   .indented
  learner@host:~$
  $ case x in
  case x in
  >
  $ x) echo ex;;
  x) echo ex;;
  >
  $ esac
  esac
  ex
  learner@host:~$
  $ f() {
  f() {
  >
  $ echo "in f: $1"
  echo "in f: $1"
  >
  $ }
  }
  learner@host:~$
  $ f 1
  f 1
  in f: 1
  learner@host:~$
  $ echo $(
  echo $(
  >
  $ date +%Y | wc -c
  date +%Y | wc -c
  >
  $ )
  )
  5
  learner@host:~$
  $ ls /nosuch &&
  ls /nosuch &&
  >
  $ echo ok
  echo ok
  ls: cannot access '/nosuch': No such file or directory
  learner@host:~$
  $ (
  (
  >
  $ cd /
  cd /
  >
  $ pwd
  pwd
  >
  $ )
  )
  /
  learner@host:~$
  $ pwd
  pwd
  /home/learner
  learner@host:~$
  $ echo "unfinished
  echo "unfinished
  >
  $ ^C
  ^C
  learner@host:~$
  $ echo $?
  echo $?
  130
  learner@host:~$
  $ for i in
  for i in
  >
  $ done
  done
  bash: syntax error near unexpected token `done'
  learner@host:~$
  $ if then
  if then
  bash: syntax error near unexpected token `then'
  learner@host:~$
  $ echo )
  echo )
  bash: syntax error near unexpected token `)'
  learner@host:~$
  $ fi
  fi
  bash: syntax error near unexpected token `fi'
  learner@host:~$
  $ }
  }
  bash: syntax error near unexpected token `}'
  learner@host:~$
  $ echo a |
  echo a |
  >
  $ tr a b
  tr a b
  b
  learner@host:~$
  $ !!
  !!
  echo a | tr a b
  b
  learner@host:~$
