// What the options say about printing, and the names of addresses and ports.
import type { Flow } from '../../../abi/syscalls.ts'
import { hostOfAddress } from '../../libc/getaddrinfo.ts'
import type { Services } from '../../libc/getservent.ts'

export interface Settings {
  /** -n: numbers instead of names. */
  readonly isNumeric: boolean
  /** -v, -vv, -vvv */
  readonly verbosity: number
  /** -q */
  readonly isQuiet: boolean
  /** -e */
  readonly showsLink: boolean
  /** -S: sequence numbers as they are. */
  readonly absolute: boolean
  /** -t, -tt … */
  readonly timeStyle: number
  /** -x, -xx, -X, -XX, -A, -AA */
  readonly hex: 'none' | 'x' | 'xx' | 'X' | 'XX' | 'A' | 'AA'
  readonly number: boolean
}

/** Looks names up once. */
export class Names {
  readonly settings: Settings
  readonly #services: Services
  readonly #hosts = new Map<string, string>()

  constructor(settings: Settings, services: Services) {
    this.settings = settings
    this.#services = services
  }
  *host(addr: string): Flow<string> {
    if (this.settings.isNumeric) return addr
    const known = this.#hosts.get(addr)
    if (known !== undefined) return known
    const found = yield* hostOfAddress(addr.includes(':') ? 'inet6' : 'inet', addr)
    const name = typeof found === 'string' ? addr : found.name
    this.#hosts.set(addr, name)
    return name
  }
  port(port: number, protocol: 'tcp' | 'udp'): string {
    return this.settings.isNumeric ? String(port) : (this.#services.name(port, protocol) ?? String(port))
  }
}

export const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
