// Sessions and their controlling terminal (credentials(7), setsid(2), tty_ioctl(4)).
import type { Pid } from './pid.ts'

/** What a session needs of a terminal; the tty room implements it. */
export interface ControllingTty {
  /** `pts/0` */
  readonly name: string
  readonly dev: number
  foreground: Pid | undefined
  session: Session | undefined
}

export class Session {
  /** Undefined for the session of kernel threads and init (number 0). */
  readonly leader: Pid | undefined
  tty: ControllingTty | undefined
  constructor(leader: Pid | undefined) {
    this.leader = leader
  }
}
