# title: Jobs keep their numbers
# mode: pty
# mask: process group (\d+)$ => pid
# user: learner
# mask: ^\[\d+\] (\d+)$ => pid
# mask: ^\[\d+\][+-]? +(\d+) => pid

A job that fg continued and Ctrl-Z stopped again is the same job.

  $ sleep 200 &
  sleep 200 &
  [1] <pid:1>
  learner@host:~$
  $ sleep 300 &
  sleep 300 &
  [2] <pid:2>
  learner@host:~$
  $ <no-prompt 1> sleep 400
  sleep 400
  $ ^Z
  ^Z
  [3]+  Stopped                 sleep 400
  learner@host:~$
  $ jobs -l
  jobs -l
  [1]    <pid:1> Running                 sleep 200 &
  [2]-   <pid:2> Running                 sleep 300 &
  [3]+   <pid:3> Stopped                 sleep 400
  learner@host:~$
  $ bg %3
  bg %3
  [3]+ sleep 400 &
  learner@host:~$
  $ jobs
  jobs
  [1]   Running                 sleep 200 &
  [2]-  Running                 sleep 300 &
  [3]+  Running                 sleep 400 &
  learner@host:~$
  $ <no-prompt 1> fg %1
  fg %1
  sleep 200
  $ ^Z
  ^Z
  [1]+  Stopped                 sleep 200
  learner@host:~$
  $ jobs
  jobs
  [1]+  Stopped                 sleep 200
  [2]   Running                 sleep 300 &
  [3]-  Running                 sleep 400 &
  learner@host:~$
  $ kill %2
  kill %2
  [2]   Terminated              sleep 300
  learner@host:~$
  $ jobs
  jobs
  [1]+  Stopped                 sleep 200
  [3]-  Running                 sleep 400 &
  learner@host:~$
  $ kill -9 %sleep
  kill -9 %sleep
  bash: kill: sleep: ambiguous job spec
  learner@host:~$
  $ %3 &
  %3 &
  bash: bg: job 3 already in background
  learner@host:~$
  $ fg %9
  fg %9
  bash: fg: %9: no such job
  learner@host:~$
  $ bg %nosuch
  bg %nosuch
  bash: bg: %nosuch: no such job
  learner@host:~$
  $ disown %1
  disown %1
  bash: warning: deleting stopped job 1 with process group <pid:1>
  learner@host:~$
  $ jobs
  jobs
  [3]+  Running                 sleep 400 &
  learner@host:~$
  $ kill -l | head -2
  kill -l | head -2
   1) SIGHUP	 2) SIGINT	 3) SIGQUIT	 4) SIGILL	 5) SIGTRAP
   6) SIGABRT	 7) SIGBUS	 8) SIGFPE	 9) SIGKILL	10) SIGUSR1
  learner@host:~$
  $ jobs %7
  jobs %7
  bash: jobs: %7: no such job
  learner@host:~$
  $ <no-prompt 1> sleep 60 | cat
  sleep 60 | cat
  $ ^Z
  ^Z
  [4]+  Stopped                 sleep 60 | cat
  learner@host:~$
  $ jobs -l | cut -c1-4
  jobs -l | cut -c1-4
  [3]-
  [4]+
  
  learner@host:~$
  $ jobs
  jobs
  [3]-  Running                 sleep 400 &
  [4]+  Stopped                 sleep 60 | cat
  learner@host:~$
