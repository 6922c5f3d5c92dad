// /etc/services and /etc/protocols: getservbyname(3), getservbyport(3), getprotobyname(3), getprotobynumber(3).
import { isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { readFile } from './unistd.ts'

const words = (line: string): string[] => line.replace(/#.*/, '').split(/\s+/).filter((w) => w !== '')

export class Services {
  readonly #ports = new Map<string, number>()
  readonly #names = new Map<string, string>()

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [name, where, ...aliases] = words(line)
      const match = /^(\d+)\/(\w+)$/.exec(where ?? '')
      if (match === null) continue
      const [, port, protocol] = match
      for (const n of [name, ...aliases]) for (const key of [`${n}/${protocol}`, `${n}/`]) if (!this.#ports.has(key)) this.#ports.set(key, Number(port))
      for (const key of [`${port}/${protocol}`, `${port}/`]) if (!this.#names.has(key)) this.#names.set(key, name)
    }
  }
  /** Any protocol without one. */
  port(name: string, protocol = ''): number | undefined {
    return this.#ports.get(`${name}/${protocol}`)
  }
  name(port: number, protocol = ''): string | undefined {
    return this.#names.get(`${port}/${protocol}`)
  }
}

export class Protocols {
  readonly #numbers = new Map<string, number>()
  readonly #names = new Map<number, string>()

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [name, number, ...aliases] = words(line)
      if (name === undefined || !/^\d+$/.test(number ?? '')) continue
      for (const n of [name, ...aliases]) if (!this.#numbers.has(n)) this.#numbers.set(n, Number(number))
      if (!this.#names.has(Number(number))) this.#names.set(Number(number), name)
    }
  }
  number(name: string): number | undefined {
    return this.#numbers.get(name)
  }
  name(number: number): string | undefined {
    return this.#names.get(number)
  }
}

export function* readServices(): Flow<Services> {
  const text = yield* readFile('/etc/services')
  return new Services(isErr(text) ? '' : text)
}
export function* readProtocols(): Flow<Protocols> {
  const text = yield* readFile('/etc/protocols')
  return new Protocols(isErr(text) ? '' : text)
}
