// stress-ng's command line: which workers, how many, for how long.
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'

const long = (name: string, is: string): LongOption => ({ name, arg: 'required', is })
const flag = (name: string, is: string): LongOption => ({ name, arg: 'none', is })
const other = (name: string): LongOption => ({ name, arg: 'required', unsimulated: true })

export const STRESS_OPTIONS = {
  short: 'c:m:f:t:qMVvhi:d:S:C:u:', unsimulatedShort: 'MvhidSCu',
  long: [
    long('cpu', 'c'), long('vm', 'm'), long('vm-bytes', 'vm-bytes'), long('vm-hang', 'vm-hang'), flag('vm-keep', 'vm-keep'), long('fork', 'f'), long('timeout', 't'), long('cpu-ops', 'cpu-ops'),
    long('vm-ops', 'vm-ops'), long('fork-ops', 'fork-ops'), flag('metrics-brief', 'metrics-brief'), flag('quiet', 'q'), flag('oomable', 'oomable'), flag('version', 'V'),
    { name: 'metrics', arg: 'none', unsimulated: true }, { name: 'verbose', arg: 'none', unsimulated: true }, { name: 'help', arg: 'none', unsimulated: true }, { name: 'tz', arg: 'none', unsimulated: true },
    { name: 'perf', arg: 'none', unsimulated: true }, other('cpu-load'), other('cpu-method'), other('io'), other('hdd'), other('switch'), other('cache'), other('sock'), other('all'), other('sequential'),
    other('class'), other('matrix'), other('stream'), other('brk'), other('bigheap'), other('stack'), other('mmap'), other('clone'), other('exec'), other('pthread'), other('sched'), other('taskset'), other('yaml'),
  ] as readonly LongOption[],
}

export type Kind = 'cpu' | 'vm' | 'fork'
export interface Plan {
  readonly hogs: readonly { readonly kind: Kind; readonly count: number; readonly ops: number }[]
  /** Seconds; undefined for a day, unless said otherwise. */
  readonly seconds: number | undefined
  readonly vmBytes: number
  readonly vmHang: number | undefined
  readonly keepsMemory: boolean
  readonly isOomable: boolean
  readonly showsMetrics: boolean
  readonly isQuiet: boolean
  readonly wantsVersion: boolean
}

/** What is wrong: `error` as getopt or stress-ng says it, or what isn't simulated. */
export type Problem = { readonly error: string; readonly isUsage: boolean } | { readonly unsimulated: string }

const SIZES: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1048576, g: 1073741824, t: 1099511627776 }
const TIMES: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31556926 }
const DEFAULT_VM_BYTES = 256 * 1048576
const LEAST_VM_BYTES = 4096

function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([a-z]?)$/i.exec(text) ?? []
  const factor = units[(unit ?? '').toLowerCase()]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

/** `memory`: bytes of the machine, for sizes in percent; `cpus`: how many workers 0 stands for. */
export function readPlan(argv: readonly string[], memory: number, cpus: number): Plan | Problem {
  const { options, operands } = getoptLong(argv, STRESS_OPTIONS.short, STRESS_OPTIONS.long, STRESS_OPTIONS.unsimulatedShort)
  const values = new Map<string, string>()
  for (const option of options) {
    if ('unsimulated' in option) return { unsimulated: `option ${option.unsimulated}` }
    if ('error' in option) return { error: option.error, isUsage: true }
    values.set(option.opt, option.arg ?? '')
  }
  if (operands[0] !== undefined) return { error: `invalid option: '${operands[0]}'`, isUsage: true }
  const hogs: { kind: Kind; count: number; ops: number }[] = []
  for (const [letter, kind] of [['c', 'cpu'], ['m', 'vm'], ['f', 'fork']] as const) {
    const text = values.get(letter)
    if (text === undefined) continue
    if (!/^\d+$/.test(text)) return { error: `invalid number '${text}'`, isUsage: false }
    hogs.push({ kind, count: Number(text) === 0 ? cpus : Number(text), ops: Number(values.get(`${kind}-ops`) ?? Infinity) })
  }
  const time = values.get('t')
  const seconds = time === undefined ? undefined : scaled(time, TIMES)
  if (time !== undefined && seconds === undefined) return { error: `illegal time specifier '${time.slice(-1)}'`, isUsage: false }
  const size = values.get('vm-bytes')
  const vmBytes = size === undefined ? DEFAULT_VM_BYTES : size.endsWith('%') ? memory * Number(size.slice(0, -1)) / 100 : scaled(size, SIZES)
  if (vmBytes === undefined || Number.isNaN(vmBytes)) return { error: `invalid size specifier '${size ?? ''}'`, isUsage: false }
  if (vmBytes < LEAST_VM_BYTES) return { error: `Value ${vmBytes}B is out of range for vm-bytes, allowed: 4K .. 4194303T`, isUsage: false }
  return {
    hogs: hogs.filter(({ count }) => count > 0), seconds, vmBytes, vmHang: values.has('vm-hang') ? Number(values.get('vm-hang')) : undefined, keepsMemory: values.has('vm-keep'),
    isOomable: values.has('oomable'), showsMetrics: values.has('metrics-brief'), isQuiet: values.has('q'), wantsVersion: values.has('V'),
  }
}
