# title: Odd corners of bash, asked in one breath

  $ bash -c '[[ a b ]]; echo x'; echo $?; bash -c '[[ -f ]]'; echo $?; bash -c '[[ a && ]]'; echo $?; bash -c 'eval "[[ a b ]]"; echo $?'
  bash: -c: line 1: conditional binary operator expected
  0
  bash: -c: line 1: unexpected argument `]]' to conditional unary operator
  0
  0
  bash: eval: line 1: conditional binary operator expected
  2
  $ bash -c '[[ 1 -eq 1x ]]; echo $?; [[ 08 -eq 8 ]]; echo $?; x=1.5; ((y=x)); echo $?; echo $((1 + )); echo no'
  bash: line 1: [[: 1x: value too great for base (error token is "1x")
  1
  bash: line 1: [[: 08: value too great for base (error token is "08")
  1
  bash: line 1: ((: 1.5: syntax error: invalid arithmetic operator (error token is ".5")
  1
  bash: line 1: 1 + : syntax error: operand expected (error token is "+ ")
  [1]
  $ bash -c 'shift 1 2; echo no'; bash -c 'for i in 1; do break 0; done; echo $?; for i in 1; do break x; done; echo no'; echo $?
  bash: line 1: shift: too many arguments
  bash: line 1: break: 0: loop count out of range
  1
  bash: line 1: break: x: numeric argument required
  128
  $ printf '%.0f %.0f %.0f %.1f %.2f\n' 0.5 1.5 2.5 2.25 1.005; printf '%g %g %e %a\n' 100000 1000000 0.5 1; printf '%5s|%c%c|%%|%5.1f|\n' é ab cd 3.14159
  0 2 2 2.2 1.00
  100000 1e+06 5.000000e-01 0x8p-3
     é|ac|%|  3.1|
  $ printf '%d %d\n' 3x 99999999999999999999; echo $?; printf '%d\n' ''; printf -v 1x y; echo $?; printf '%z' 1; echo $?
  bash: line 9: printf: 3x: invalid number
  bash: line 9: printf: warning: 99999999999999999999: Numerical result out of range
  3 9223372036854775807
  1
  0
  bash: line 9: printf: `1x': not a valid identifier
  2
  bash: line 9: printf: `%z': missing format character
  1
  $ env -i PATH="$PATH" A=1 B=2 bash -c 'X=1 Y=2 env | grep -v ^PATH'
  Y=2
  X=1
  PWD=/root
  B=2
  A=1
  SHLVL=1
  _=/usr/bin/env
  $ bash -c 'f() { local -; set -f; echo $-; }; f; echo $-; g() { local a=1 b; local; }; g'
  fhBc
  hBc
  declare -- a="1"
  declare -- b
  $ bash -c 'declare -A m=([k]="v w"); echo "${m[@]@K}"; set -- a "b c"; echo "${@@A}"; x=$(printf "a\nb"); echo "${x@Q}" "${x@A}"; y=Hello; echo ${y~} ${y~~}'
  k "v w"
  set -- 'a' 'b c'
  $'a\nb' x=$'a\nb'
  hello hELLO
  $ bash -c 'declare -n r=a[1]; a=(1 2); echo $r; r=Q; echo ${a[1]}; declare -n s=s; declare -n b=1x; declare -a q=(1); declare -A q; echo $?'
  2
  Q
  bash: line 1: declare: s: nameref variable self references not allowed
  bash: line 1: declare: `1x': invalid variable name for name reference
  bash: line 1: declare: q: cannot convert indexed to associative array
  1
  $ bash -c 'set -x; declare -a z=(1 "a b"); export Q=1; [[ "a b" == a* ]]; [[ ! -z x ]]; echo "a b" "" x'
  + z=('1' 'a b')
  + declare -a z
  + export Q=1
  + Q=1
  + [[ a b == a* ]]
  + [[ ! -z x ]]
  + echo 'a b' '' x
  a b  x
  $ bash -c 'readonly r=1; r=2 true; echo $?; for r in a; do echo no; done; echo $?; ((r++)); echo $?; read r <<< x; echo $?'
  bash: line 1: r: readonly variable
  0
  bash: line 1: r: readonly variable
  1
  bash: line 1: r: readonly variable
  1
  bash: line 1: r: readonly variable
  1
  $ bash -c 'eval "echo \$((1/0)); echo same
  > echo next"; echo after'
  bash: line 2: 1/0: division by 0 (error token is "0")
  next
  after
  $ bash -c 'dirs -x; pushd; popd; cd /; pushd /usr /etc; pushd /usr; pushd /etc; dirs +1; popd +1; popd -n; dirs; popd; popd'
  bash: line 1: dirs: -x: invalid number
  dirs: usage: dirs [-clpv] [+N] [-N]
  bash: line 1: pushd: no other directory
  bash: line 1: popd: directory stack empty
  bash: line 1: pushd: too many arguments
  /usr /
  /etc /usr /
  /usr
  /etc /
  /etc
  /etc
  bash: line 1: popd: directory stack empty
  bash: line 1: popd: directory stack empty
  [1]
  $ bash -c 'hash; ls / > /dev/null; hash -t ls; hash -d x; hash -l; hash -dt; mapfile -n x; mapfile -u 9; enable -d cd; alias -x; times -x; help -x'; echo $?
  hash: hash table empty
  /usr/bin/ls
  bash: line 1: hash: x: not found
  builtin hash -p /usr/bin/ls ls
  bash: line 1: hash: -d: option requires an argument
  bash: line 1: mapfile: x: invalid line count
  bash: line 1: mapfile: 9: invalid file descriptor: Bad file descriptor
  bash: line 1: enable: cd: not dynamically loaded
  bash: line 1: alias: -x: invalid option
  alias: usage: alias [-p] [name[=value] ... ]
  bash: line 1: times: -x: invalid option
  times: usage: times
  bash: line 1: help: -x: invalid option
  help: usage: help [-dms] [pattern ...]
  2
  $ bash -c 'mkdir /tmp/g; cd /tmp/g; touch a.o b.c x1 .d; GLOBIGNORE="*.o:x*"; echo *; unset GLOBIGNORE; mkdir -p p/q; shopt -s globstar; echo **/; echo {+1..3} {Z..b}; y=~:~; echo $y a=~ --a=~'
  .d b.c
  p/ p/q/
  1 2 3 Z [  ] ^ _ ` a b
  /root:/root a=/root --a=~
  $ bash -r -c 'cd /
  > /bin/ls
  > echo x > y
  > exec ls
  > PATH=1
  > . /etc/x
  > command -p ls'; echo $?
  bash: line 1: cd: restricted
  bash: line 2: /bin/ls: restricted: cannot specify `/' in command names
  bash: line 3: y: restricted: cannot redirect output
  bash: line 4: exec: restricted
  bash: line 5: PATH: readonly variable
  bash: line 6: .: /etc/x: restricted
  bash: line 7: command: -p: restricted
  1
  $ bash -c 'exec 9> /tmp/log; BASH_XTRACEFD=9; set -x; echo a; set +x; cat /tmp/log; echo $BASH_EXECUTION_STRING | head -c 20; echo; echo ${BASH_ARGC[0]} ${GROUPS[0]} ${#BASH_ALIASES[@]}'
  a
  + echo a
  + set +x
  exec 9> /tmp/log; BA
  0 0 0
  $ dash -c 'echo $"x" $((a b))'; echo $?; dash -c 'printf "%q\n" a; echo "\x41\101"; set +o | head -2; readonly r=1; unset r; echo no'; echo $?; dash -c 'test a = b c; for i in 1; do break x; done'
  dash: 1: arithmetic expression: expecting EOF: "a b"
  2
  dash: 1: printf: %q: invalid directive
  \x41A
  set +o errexit
  set +o noglob
  dash: 1: unset: r: is read only
  2
  dash: 1: test: b: unexpected operator
  dash: 1: break: Illegal number: x
  [2]
