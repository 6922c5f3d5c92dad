// The resource limits init starts with on Debian 12, getrlimit(2).
import { RLIM_INFINITY, type Rlimit, type RlimitName } from '../abi/sched.ts'

const both = (n: number): Rlimit => ({ soft: n, hard: n })
export const INIT_RLIMITS: Map<RlimitName, Rlimit> = new Map([
  ['CPU', both(RLIM_INFINITY)], ['FSIZE', both(RLIM_INFINITY)], ['DATA', both(RLIM_INFINITY)], ['STACK', { soft: 8388608, hard: RLIM_INFINITY }],
  ['CORE', { soft: 0, hard: RLIM_INFINITY }], ['RSS', both(RLIM_INFINITY)], ['NPROC', both(1842)], ['NOFILE', { soft: 1024, hard: 4096 }],
  ['MEMLOCK', both(8388608)], ['AS', both(RLIM_INFINITY)], ['LOCKS', both(RLIM_INFINITY)], ['SIGPENDING', both(1842)], ['MSGQUEUE', both(819200)],
  ['NICE', both(0)], ['RTPRIO', both(0)], ['RTTIME', both(RLIM_INFINITY)],
])
