# title: Signals at the keyboard
# mode: pty
# user: learner

  $ trap 'echo caught' INT
  trap 'echo caught' INT
  learner@host:~$
  $ ^C
  ^Ccaught
  
  learner@host:~$
  $ <no-prompt 1> sleep 30
  sleep 30
  $ ^C
  ^C
  learner@host:~$
  $ echo $?
  echo $?
  130
  learner@host:~$
  $ trap
  trap
  trap -- 'echo caught' SIGINT
  learner@host:~$
  $ trap - INT
  trap - INT
  learner@host:~$
  $ <no-prompt 1> bash -c 'trap "echo bye; exit 4" INT; while :; do sleep 0.2; done'
  bash -c 'trap "echo bye; exit 4" INT; while :; do sleep 0.2; done'
  $ ^C
  ^Cbye
  learner@host:~$
  $ echo $?
  echo $?
  4
  learner@host:~$
  $ <no-prompt 1> sh -c 'trap "" INT; sleep 2; echo survived'
  sh -c 'trap "" INT; sleep 2; echo survived'
  $ ^C
  ^Csurvived
  learner@host:~$
  $ <no-prompt 1> cat | wc -l
  cat | wc -l
  $ <no-prompt 1> a
  a
  $ <no-prompt 1> b
  b
  $ ^D
  2
  learner@host:~$
  $ <no-prompt 1> sleep 100 | sleep 200
  sleep 100 | sleep 200
  $ ^C
  ^C
  learner@host:~$
  $ echo ${PIPESTATUS[@]}
  echo ${PIPESTATUS[@]}
  130 130
  learner@host:~$
  $ <no-prompt 1> sleep 100
  sleep 100
  $ ^\
  ^\Quit
  learner@host:~$
  $ echo $?
  echo $?
  131
  learner@host:~$
  $ <no-prompt 1> tail -f /etc/hostname
  tail -f /etc/hostname
  host
  $ ^C
  ^C
  learner@host:~$
  $ <no-prompt 1> yes > /dev/null
  yes > /dev/null
  $ ^Z
  ^Z
  [1]+  Stopped                 yes > /dev/null
  learner@host:~$
  $ kill %1
  kill %1
  [1]+  Terminated              yes > /dev/null
  learner@host:~$
  $ jobs
  jobs
  learner@host:~$
