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
export const notSimulated = (what: string): ComposeError => new ComposeError(`compose: ${what} is real, but not simulated here`, 95)
