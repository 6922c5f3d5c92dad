// Which pages may use the service. A browser says truthfully which page a request is from; other programs say what they like, or nothing, and get nothing that
// their tickets don't give them.

/** Is this a page on the visitor's own computer, as `npm run dev` serves it? */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)

export class Origins {
  readonly #allowed: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>

  /** `hosts`: names by which the service itself is called, besides this computer's own; from its public URL. */
  constructor(allowed: readonly string[], hosts: readonly string[] = []) {
    this.#allowed = new Set(allowed)
    this.#hosts = new Set(hosts)
  }

  /** `origin`: the header's value, if there is one. */
  mayUse(origin: string | undefined): boolean {
    if (origin === undefined) return true
    if (this.#allowed.has(origin)) return true
    const [, host] = /^https?:\/\/(.*)$/.exec(origin) ?? []
    return host !== undefined && isLoopback(host)
  }

  /** The name a request calls us by. Another name that leads here (DNS rebinding) is refused. */
  isOurs(host: string | undefined): boolean {
    return host !== undefined && (isLoopback(host) || this.#hosts.has(host))
  }
}
