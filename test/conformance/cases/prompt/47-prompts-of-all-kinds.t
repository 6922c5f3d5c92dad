# title: Prompts of all kinds
# mode: pty
# mask: ^\[\d+\] (\d+)$ => pid
# user: learner

  $ <no-prompt 1> PS1='\u:\w\$ '
  PS1='\u:\w\$ '
  learner:~$
  $ <no-prompt 1> cd /usr/share/doc
  cd /usr/share/doc
  learner:/usr/share/doc$
  $ <no-prompt 1> PS1='\W\$ '
  PS1='\W\$ '
  doc$
  $ <no-prompt 1> cd
  cd
  ~$
  $ <no-prompt 1> PS1='[\u@\h \W]\$ '
  PS1='[\u@\h \W]\$ '
  [learner@host ~]$
  $ <no-prompt 1> cd /var/log
  cd /var/log
  [learner@host log]$
  $ <no-prompt 1> PS1='$(pwd)\$ '
  PS1='$(pwd)\$ '
  /var/log$
  $ <no-prompt 1> cd /
  cd /
  /$
  $ <no-prompt 1> PROMPT_DIRTRIM=2
  PROMPT_DIRTRIM=2
  /$
  $ <no-prompt 1> PS1='\w\$ '
  PS1='\w\$ '
  /$
  $ <no-prompt 1> cd /usr/share/doc/bash
  cd /usr/share/doc/bash
  .../doc/bash$
  $ <no-prompt 1> PROMPT_COMMAND='echo before'
  PROMPT_COMMAND='echo before'
  before
  .../doc/bash$
  $ <no-prompt 1> true
  true
  before
  .../doc/bash$
  $ <no-prompt 1> unset PROMPT_COMMAND
  unset PROMPT_COMMAND
  .../doc/bash$
  $ <no-prompt 1> PS1='\j jobs $? \$ '
  PS1='\j jobs $? \$ '
  0 jobs 0 $
  $ <no-prompt 1> sleep 200 & true
  sleep 200 & true
  [1] <pid:1>
  1 jobs 0 $
  $ <no-prompt 1> false
  false
  1 jobs 1 $
  $ <no-prompt 1> true
  true
  1 jobs 0 $
  $ <no-prompt 1> PS1='\s-\v\$ '
  PS1='\s-\v\$ '
  bash-5.2$
  $ <no-prompt 1> PS1='\[\e[1m\]\u\[\e[0m\]\$ '
  PS1='\[\e[1m\]\u\[\e[0m\]\$ '
  learner$
  $ <no-prompt 1> echo hi
  echo hi
  hi
  learner$
  $ <no-prompt 1> unset PS1
  unset PS1
  $ <no-prompt 1> echo no prompt
  echo no prompt
  no prompt
  $ <no-prompt 1> PS1='\u@\h:\w\$ '
  PS1='\u@\h:\w\$ '
  learner@host:.../doc/bash$
  $ <no-prompt 1> PS2='more> '
  PS2='more> '
  learner@host:.../doc/bash$
  $ <no-prompt 1> echo "a
  echo "a
  more>
  $ <no-prompt 1> b"
  b"
  a
  b
  learner@host:.../doc/bash$
  $ <no-prompt 1> PS4='+ line $LINENO: '
  PS4='+ line $LINENO: '
  learner@host:.../doc/bash$
  $ <no-prompt 1> PS0='start '
  PS0='start '
  learner@host:.../doc/bash$
  $ <no-prompt 1> echo x
  echo x
  start x
  learner@host:.../doc/bash$
  $ <no-prompt 1> unset PS0
  unset PS0
  start learner@host:.../doc/bash$
  $ <no-prompt 1> bash --noprofile --norc
  bash --noprofile --norc
  bash-5.2$
  $ <no-prompt 1> exit
  exit
  exit
  learner@host:.../doc/bash$
  $ <no-prompt 1> env -i bash
  env -i bash
  learner@host:/usr/share/doc/bash$
  $ <no-prompt 1> pwd
  pwd
  /usr/share/doc/bash
  learner@host:/usr/share/doc/bash$
  $ <no-prompt 1> exit
  exit
  exit
  learner@host:.../doc/bash$
