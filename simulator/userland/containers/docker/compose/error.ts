// How a compose command ends that can't do what it was told.
import { EXIT_UNSIMULATED } from '../../../libc/err.ts'
import type { RequestError } from '../client/connection.ts'


/** What ends a compose command: the message as it is printed, and the exit status. */
export class ComposeError {
  readonly message: string
  readonly status: number
  constructor(message: string, status = 1) {
    this.message = message
    this.status = status
  }
}
/** Something real that this machine doesn't do. */
export const notSimulated = (what: string): ComposeError => new ComposeError(`compose: ${what} is real, but not simulated here`, EXIT_UNSIMULATED)

/** What the daemon refused; `before` says of what. */
export const refused = ({ message, isUnsimulated }: RequestError, before = '', otherwise = 1): ComposeError => new ComposeError(`${before}${message}`, isUnsimulated ? EXIT_UNSIMULATED : otherwise)
