// Lines of AppArmor in the kernel log (security/apparmor/audit.c, lib/audit.c): what was refused, what complain mode let through, and changes of the policy.
// The kernel lets ten such lines through in five seconds and drops the rest.
import { NSEC_PER_SEC } from '../../clock.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import { Room } from '../../rooms.ts'

const AUDIT_AVC = 1400
const BURST = 10
const INTERVAL = 5 * NSEC_PER_SEC
const FIRST_SERIAL = 2

class AuditLog {
  #serial = FIRST_SERIAL
  #begin = -Infinity
  #printed = 0

  /** printk_ratelimit */
  print(kernel: Kernel, type: number, text: string): void {
    const { now, realtimeMs } = kernel.clock
    const serial = this.#serial++
    if (now - this.#begin > INTERVAL) {
      this.#begin = now
      this.#printed = 0
    }
    if (this.#printed++ >= BURST) return
    kernel.printk(5, `audit: type=${type} audit(${Math.floor(realtimeMs / 1000)}.${String(Math.floor(realtimeMs % 1000)).padStart(3, '0')}:${serial}): ${text}`)
  }
}

const LOG = new Room<AuditLog>('audit')
const logOf = (kernel: Kernel): AuditLog => kernel.rooms.open(LOG, () => new AuditLog())

export type AuditFields = Readonly<Record<string, string | number | undefined>>
/** Fields that come before the process, in their order; the others follow it. */
const LEADING = ['info', 'error', 'profile', 'name']
/** Words that stand without quotes. */
const BARE: ReadonlySet<string> = new Set(['signal'])

const field = (key: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${key}=${typeof value === 'number' || BARE.has(key) ? value : `"${value}"`}`

/** One event of AppArmor: `apparmor="DENIED" operation="open" profile=… name=… pid=… comm=… …`. */
export function audit(task: Task, verdict: 'DENIED' | 'ALLOWED' | 'AUDIT' | 'STATUS', operation: string, fields: AuditFields): void {
  const leading = LEADING.map((key) => field(key, fields[key])).join('')
  const rest = Object.entries(fields).filter(([key]) => !LEADING.includes(key)).map(([key, value]) => field(key, value)).join('')
  const { kernel } = task
  logOf(kernel).print(kernel, AUDIT_AVC, `apparmor="${verdict}" operation="${operation}"${leading} pid=${task.globalPid} comm="${task.comm}"${rest}`)
  kernel.trace.emit('apparmor.check', task, { verdict, operation, profile: fields.profile, name: fields.name ?? fields.capname ?? fields.family ?? fields.peer, mask: fields.denied_mask })
}
