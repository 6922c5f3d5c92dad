// How a compose command ends that can't do what it was told.
import type { RequestError } from '../client/connection.ts'

const UNSIMULATED = 95
/** The daemon's answer to what isn't simulated. */
const NOT_IMPLEMENTED = 501

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
export const notSimulated = (what: string): ComposeError => new ComposeError(`compose: ${what} is real, but not simulated here`, UNSIMULATED)

/** What the daemon refused; `before` says of what. */
export const refused = ({ message, status }: RequestError, before = '', otherwise = 1): ComposeError => new ComposeError(`${before}${message}`, status === NOT_IMPLEMENTED ? UNSIMULATED : otherwise)
