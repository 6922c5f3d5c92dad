// The service's settings, from its command line. Everything has a safe default: loopback only, known origins only, no more machines than memory allows.
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { parseArgs } from 'node:util'

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Origins of pages that may use the service, besides pages on this computer; `https://course.example.org`. */
  readonly origins: readonly string[]
  /** Names by which the service is called from outside, as in the Host header; `vm.example.org`. */
  readonly names: readonly string[]
  readonly cap: number
  readonly warm: { readonly plain: number; readonly docker: number }
  readonly queue: number
  readonly perAddress: number
  readonly ticketsPerMinute: number
  readonly limits: { readonly idle: number; readonly total: number; readonly grace: number }
  readonly cpus: number
  /** MiB */
  readonly disk: number
  readonly cgroup: string | undefined
  readonly key: Buffer | undefined
  /** The last address in X-Forwarded-For is the client's: a proxy of ours stands before us. */
  readonly isBehindProxy: boolean
}

const GIB = 1024 ** 3
/** Machines for each GiB of memory that are let in by default; most learners' machines hold less (vm/README.md has the figures). */
const MACHINES_PER_GIB = 4
const MINUTE = 60_000

export const USAGE = `usage: npm run vm:serve -- [options]
  --host ADDRESS          where to listen (127.0.0.1; put a proxy with TLS before it for others)
  --port N                (7070)
  --origin ORIGIN         a page's origin that may use the service; may be repeated (pages on this computer may always)
  --name HOST             a name of the service itself, if it is reached from outside; may be repeated
  --cap N                 most machines at one time (${MACHINES_PER_GIB} for each GiB of memory)
  --warm N, --warm-docker N   machines kept ready, without and with Docker (2 and 1)
  --queue N               most who may wait for a machine (100)
  --per-address N         most machines for one address (the cap)
  --tickets-per-minute N  for one address (30)
  --idle MINUTES          until a machine on which nobody types is taken away (20)
  --total MINUTES         for one learner's machine in all (180)
  --grace SECONDS         a machine waits for a lost connection (120)
  --cpus N                processors for one machine, where cgroups can be had (1)
  --disk MIB              a machine may write to its disk (2048)
  --cgroup FOLDER         a cgroup v2 in which the service may make others (the root one, as root)
  --key-file FILE         32 bytes or more that sign tickets, if several services share them (random)
  --behind-proxy          the client's address is the last one in X-Forwarded-For
`

/** @throws {Error} with words for the administrator */
export function configFrom(args: readonly string[]): ServerConfig {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args], options: {
      'host': text, 'port': text, 'origin': { ...text, multiple: true }, 'name': { ...text, multiple: true }, 'cap': text, 'warm': text, 'warm-docker': text, 'queue': text, 'per-address': text, 'tickets-per-minute': text,
      'idle': text, 'total': text, 'grace': text, 'cpus': text, 'disk': text, 'cgroup': text, 'key-file': text, 'behind-proxy': { type: 'boolean' },
    },
  })
  const number = (name: string, value: string | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise
    const n = Number(value)
    if (!Number.isFinite(n) || n < 0) throw new Error(`--${name}: '${value}' is not a number`)
    return n
  }
  const cap = number('cap', values.cap, Math.max(1, Math.floor(totalmem() / GIB * MACHINES_PER_GIB)))
  return {
    host: values.host ?? '127.0.0.1', port: number('port', values.port, 7070), origins: values.origin ?? [], names: values.name ?? [], cap,
    warm: { plain: number('warm', values.warm, 2), docker: number('warm-docker', values['warm-docker'], 1) },
    queue: number('queue', values.queue, 100), perAddress: number('per-address', values['per-address'], cap), ticketsPerMinute: number('tickets-per-minute', values['tickets-per-minute'], 30),
    limits: { idle: number('idle', values.idle, 20) * MINUTE, total: number('total', values.total, 180) * MINUTE, grace: number('grace', values.grace, 120) * 1000 },
    cpus: number('cpus', values.cpus, 1), disk: number('disk', values.disk, 2048), cgroup: values.cgroup,
    key: values['key-file'] === undefined ? undefined : readFileSync(values['key-file']), isBehindProxy: values['behind-proxy'] === true,
  }
}
