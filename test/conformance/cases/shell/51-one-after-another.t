# title: Expansions, tests, redirections and exit statuses, one after another
# timeout: 120

  $ name=world
  $ echo "Hello, ${name^}!" ${#name} ${name/o/0} ${name:1:3} ${name%l*} ${name##*o}
  Hello, World! 5 w0rld orl wor rld
  $ unset name
  $ echo "[${name-unset}]" ${name:=default} $name
  [unset] default default
  $ echo ${HOME/#\//~} ${PATH%%:*}
  /rootroot /usr/local/sbin
  $ a=(10 20 30)
  $ ((a[1]+=5))
  $ echo ${a[*]} $((${a[0]}+${a[2]})) ${#a[1]}
  10 25 30 40 2
  $ a=(${a[@]/0/x})
  $ echo ${a[@]}
  1x 25 3x
  $ b=([3]=c [1]=a)
  $ echo ${!b[@]} ${b[@]}
  1 3 a c
  $ declare -A m
  $ m[x y]=1
  $ m["z"]=2
  $ echo ${#m[@]} ${m[x y]}
  2 1
  $ for k in "${!m[@]}"; do echo "$k"; done | sort
  x y
  z
  $ unset a
  $ echo ${a[0]:-none}
  none
  $ f() { local IFS=,; echo "$*"; return $#; }
  $ f a b c
  a,b,c
  [3]
  $ echo $?
  0
  $ g() { echo ${FUNCNAME[0]} called from line $LINENO | cut -d' ' -f1; }
  $ g
  g
  $ (f x; exit 9)
  x
  [9]
  $ echo $?
  0
  $ h() { [ $1 -gt 0 ] && { echo -n $1; h $(($1-1)); }; }
  $ h 3
  321
  [1]
  $ echo
  $ unset -f f
  $ f
  bash: line 61: f: command not found
  [127]
  $ for i in {01..03}; do printf '%s ' $i; done
  01 02 03
  $ echo
  $ for w in one "two three"; do echo "<$w>"; done
  <one>
  <two three>
  $ i=0
  $ while :; do ((++i==3)) && break; echo $i; done
  1
  2
  $ until ((i--<=1)); do echo u$i; done
  u2
  u1
  $ select x in p q; do echo "chose $x"; break; done <<< 1
  1) p
  2) q
  #? chose p
  $ case "a b" in a*) echo glob;; esac
  glob
  $ if ! grep -q nosuch /etc/passwd; then echo absent; fi
  absent
  $ echo $((16#ff)) $((2#1010)) $((5/2)) $((-5/2)) $((5%-3)) $((1e3))
  bash: line 81: 1e3: value too great for base (error token is "1e3")
  [1]
  $ echo after
  after
  $ echo $((1<2&&2<3))
  1
  $ echo $((x=7)) $x
  7 7
  $ echo $((y))
  0
  $ echo $((08))
  bash: line 91: 08: value too great for base (error token is "08")
  [1]
  $ let z=2**5 w=z/3
  $ echo $z $w
  32 10
  $ ((0))
  [1]
  $ echo $?
  0
  $ ((5))
  $ echo $?
  0
  $ echo $[1+1]
  2
  $ [[ foo == f* && ! -d foo ]]
  $ echo $?
  0
  $ [[ "a b" =~ ^a\ b$ ]]
  $ echo $?
  0
  $ [[ 2 -gt 10 ]]
  [1]
  $ echo $?
  0
  $ [[ 2 > 10 ]]
  $ echo $?
  0
  $ [ 2 \> 10 ]
  $ echo $?
  0
  $ [ -n "" ]
  [1]
  $ echo $?
  0
  $ [ a = a -a b = c ]
  [1]
  $ echo $?
  0
  $ test -d /tmp -a ! -f /tmp
  $ echo $?
  0
  $ [ 1 = 1 ] && echo t || echo f
  t
  $ [[ -r /etc/shadow ]]
  $ echo $?
  0
  $ [ x ]
  $ echo $?
  0
  $ [ -z ]
  $ echo $?
  0
  $ [ 1 -eq one ]
  bash: line 153: [: one: integer expression expected
  [2]
  $ echo $?
  0
  $ echo a > /tmp/r1
  $ cat /tmp/r1 >> /tmp/r1.b
  $ echo b 1>&2 2>/dev/null
  b
  $ ls /nosuch /tmp/r1 2>&1 | sort
  /tmp/r1
  ls: cannot access '/nosuch': No such file or directory
  $ ls /nosuch 2>/dev/null || echo failed $?
  failed 2
  $ { echo x; echo y >&2; } > /tmp/r2 2>&1
  $ cat /tmp/r2
  x
  y
  $ exec 7<> /tmp/r1
  $ read -u7 l
  $ echo $l
  a
  $ exec 7>&-
  $ cat 0< /tmp/r1
  a
  $ echo hi | tee /tmp/r3 | tr h H
  Hi
  $ wc -l < /tmp/r2
  2
  $ rm /tmp/r1 /tmp/r1.b /tmp/r2 /tmp/r3
  $ cat /tmp/r1
  cat: /tmp/r1: No such file or directory
  [1]
  $ echo z > /tmp
  bash: line 189: /tmp: Is a directory
  [1]
  $ echo q > /nosuch/q
  bash: line 191: /nosuch/q: No such file or directory
  [1]
  $ < /nosuch
  bash: line 193: /nosuch: No such file or directory
  [1]
  $ echo $?
  0
  $ bash -c 'set -e; echo 1; false; echo 2'
  1
  [1]
  $ echo $?
  0
  $ bash -c 'set -eu; echo ${v}; echo no'
  bash: line 1: v: unbound variable
  [1]
  $ echo $?
  0
  $ bash -c 'set -o pipefail; true | false; echo $?'
  1
  $ bash -c 'set -x; v=$(echo in); echo "$v"' 2>&1
  ++ echo in
  + v=in
  + echo in
  in
  $ bash -c 'trap "echo cleanup" EXIT; false; exit 6'
  cleanup
  [6]
  $ echo $?
  0
  $ bash -c 'trap "echo int; exit 1" INT; kill -INT $$; echo no'
  int
  [1]
  $ echo $?
  0
  $ bash -c 'f() { false; echo after; }; set -e; f; echo no'
  [1]
  $ echo $?
  0
  $ bash -c 'exit 256'
  $ echo $?
  0
  $ bash -c 'exit -1'
  [255]
  $ echo $?
  0
  $ bash -c nosuch
  bash: line 1: nosuch: command not found
  [127]
  $ echo $?
  0
  $ bash -c '/tmp'
  bash: line 1: /tmp: Is a directory
  [126]
  $ echo $?
  0
  $ bash -c 'kill -TERM $$'
  Terminated
  [143]
  $ echo $?
  0
  $ bash nosuch.sh
  bash: nosuch.sh: No such file or directory
  [127]
  $ echo $?
  0
  $ bash -c 'if'
  bash: -c: line 2: syntax error: unexpected end of file
  [2]
  $ echo $?
  0
  $ bash -c 'echo "x'
  bash: -c: line 1: unexpected EOF while looking for matching `"'
  [2]
  $ echo $?
  0
  $ bash -c 'f('
  bash: -c: line 1: syntax error near unexpected token `newline'
  bash: -c: line 1: `f('
  [2]
  $ echo $?
  0
  $ bash -c 'case'
  bash: -c: line 1: syntax error near unexpected token `newline'
  bash: -c: line 1: `case'
  [2]
  $ bash -c 'a=)'
  bash: -c: line 1: syntax error near unexpected token `)'
  bash: -c: line 1: `a=)'
  [2]
  $ bash -c 'for ((;;'
  bash: -c: line 1: unexpected EOF while looking for matching `)'
  [2]
  $ bash -c '((1 +))'
  bash: line 1: ((: 1 +: syntax error: operand expected (error token is "+")
  [1]
  $ bash -c 'echo ${'
  bash: -c: line 1: unexpected EOF while looking for matching `}'
  [2]
  $ bash -c 'echo $(('
  bash: -c: line 1: unexpected EOF while looking for matching `)'
  [2]
  $ bash -c 'x=(1'
  bash: -c: line 1: unexpected EOF while looking for matching `)'
  [1]
  $ bash -c 'foo() echo hi'
  bash: -c: line 1: syntax error near unexpected token `echo'
  bash: -c: line 1: `foo() echo hi'
  [2]
  $ bash -c '| a'
  bash: -c: line 1: syntax error near unexpected token `|'
  bash: -c: line 1: `| a'
  [2]
  $ bash -c 'a &&'
  bash: -c: line 2: syntax error: unexpected end of file
  [2]
  $ bash -c '! '
  [1]
  $ bash -c 'done'
  bash: -c: line 1: syntax error near unexpected token `done'
  bash: -c: line 1: `done'
  [2]
  $ bash -c 'else'
  bash: -c: line 1: syntax error near unexpected token `else'
  bash: -c: line 1: `else'
  [2]
  $ bash -c '}'
  bash: -c: line 1: syntax error near unexpected token `}'
  bash: -c: line 1: `}'
  [2]
  $ bash -c ')'
  bash: -c: line 1: syntax error near unexpected token `)'
  bash: -c: line 1: `)'
  [2]
  $ read a b c <<< "1 2 3 4"
  $ echo "$c"
  3 4
  $ IFS=: read -ra p <<< "x:y:z"
  $ echo ${p[2]} ${#p[@]}
  z 3
  $ printf 'l1\nl2\n' | while read -r l; do echo "<$l>"; done
  <l1>
  <l2>
  $ printf '%-6s|%3d|%.1f\n' ab 7 2.55
  ab    |  7|2.5
  $ printf '%s\n' {1..3}
  1
  2
  3
  $ printf -v s '%04x' 255
  $ echo $s
  00ff
  $ echo -e 'x\ty'
  x	y
  $ mapfile -t M <<< $'q\nr'
  $ echo ${M[1]}
  r
  $ getopts 'a:b' o -a v
  $ echo $o $OPTARG
  a v
  $ shift 2>/dev/null
  [1]
  $ set -- x y
  $ shift
  $ echo $1
  y
  $ echo "$(< /etc/hostname)"
  host
  $ echo `echo tick`
  tick
  $ cat <<< "$((6*7))"
  42
  $ diff <(printf 'a\n') <(printf 'a\n') && echo same
  same
