# title: DEBUG, ERR and RETURN traps, and what they see
DEBUG runs before simple commands, loops' turns, case and (( )); functions only with functrace. RETURN sees $? as it was before return.

  $ bash -c 'trap "echo D:\$BASH_COMMAND" DEBUG; x=1; echo $x; f() { echo in f; }; f; (echo sub); [ 1 = 1 ] && echo and; trap - DEBUG; echo end'
  D:x=1
  D:echo $x
  1
  D:f
  in f
  sub
  D:[ 1 = 1 ]
  D:echo and
  and
  D:trap - DEBUG
  end
  $ bash -c 'trap "echo D:\$BASH_COMMAND" DEBUG; for i in 1 2; do :; done; case a in a) echo A;; esac; ((1 + 1)); [[ a ]]; for ((i=0;i<1;i++)); do :; done'
  D:for i in 1 2
  D::
  D:for i in 1 2
  D::
  D:case a in
  D:echo A
  A
  D:((1 + 1))
  D:[[ -n a ]]
  D:((i=0))
  D:((i<1))
  D::
  D:((i++))
  D:((i<1))
  $ bash -c 'set -T; trap "echo D:\$FUNCNAME:\$BASH_COMMAND" DEBUG; f() { echo a; g; }; g() { echo b; }; f'
  D::f
  D:f:f
  D:f:echo a
  a
  D:f:g
  D:g:g
  D:g:echo b
  b
  $ bash -c 'set -T; trap "echo R:\$FUNCNAME:\$?" RETURN; f() { echo f; return 3; }; f; echo $?; g() { false; }; g'
  f
  R:f:0
  3
  R:g:1
  [1]
  $ bash -c 'set -E; trap "echo ERR \$FUNCNAME" ERR; f() { false; g; }; g() { return 3; }; f; (false); true | false; ! true; false || true'
  ERR f
  ERR f
  ERR
  ERR
  ERR
  ERR
  $ bash -c 'set -e; trap "echo exit \$?" EXIT; trap "echo err \$?" ERR; f() { return 4; }; f; echo no'
  err 4
  exit 4
  [4]
  $ bash -c 'trap "echo e" EXIT; trap "echo u" USR1; (trap); (trap "echo s" EXIT; trap -p EXIT); trap -p USR1'
  trap -- 'echo e' EXIT
  trap -- 'echo u' SIGUSR1
  trap -- 'echo s' EXIT
  s
  trap -- 'echo u' SIGUSR1
  e
  $ bash -c 'f() { caller; caller 0; caller 1; }; f; caller; echo $?; caller x; echo $?'
  1 NULL
  1
  1
