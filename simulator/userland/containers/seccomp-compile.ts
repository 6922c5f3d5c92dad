// From a seccomp profile to the filter that runc installs: what libseccomp makes of the rules (a search tree over call numbers, then comparisons of 64-bit arguments
// by halves), behind runc's stub that answers ENOSYS for calls younger than the profile (libcontainer/seccomp/patchbpf). Simpler: x86-64 only.
import {
  AUDIT_ARCH_X86_64, BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_DATA_ARCH, SECCOMP_DATA_ARGS,
  SECCOMP_DATA_NR, SECCOMP_RET_ALLOW, SECCOMP_RET_DATA, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP, SECCOMP_RET_USER_NOTIF, type SockFilter,
} from '../../abi/seccomp.ts'
import { SYSCALL_NUMBER_BY_NAME } from '../../abi/syscall-names.ts'
import { type OciSeccomp, resolveSeccompProfile, type SeccompArg, type SeccompProfile, type SeccompRule } from './seccomp-profile.ts'

const ACTIONS: ReadonlyMap<string, number> = new Map([
  ['SCMP_ACT_KILL', SECCOMP_RET_KILL_THREAD], ['SCMP_ACT_KILL_THREAD', SECCOMP_RET_KILL_THREAD], ['SCMP_ACT_KILL_PROCESS', SECCOMP_RET_KILL_PROCESS],
  ['SCMP_ACT_TRAP', SECCOMP_RET_TRAP], ['SCMP_ACT_ERRNO', SECCOMP_RET_ERRNO], ['SCMP_ACT_TRACE', SECCOMP_RET_TRACE], ['SCMP_ACT_ALLOW', SECCOMP_RET_ALLOW],
  ['SCMP_ACT_LOG', SECCOMP_RET_LOG], ['SCMP_ACT_NOTIFY', SECCOMP_RET_USER_NOTIF],
])
const OPERATORS: ReadonlySet<string> = new Set(['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((op) => `SCMP_CMP_${op}`))
const EPERM = 1
const ENOSYS = 38
const LONGEST_JUMP = 255
const HALF = 2 ** 32

const LOAD = BPF_LD | BPF_W | BPF_ABS
const insn = (code: number, k: number, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k })
const answer = (action: number): SockFilter => insn(BPF_RET | BPF_K, action)

/** The answer of a rule, its errno (EPERM unless said) included. Throws an Error with runc's message. */
function actionOf(name: string, errnoRet: number | undefined): number {
  const action = ACTIONS.get(name)
  if (action === undefined) throw new Error(`string ${name} is not a valid action for seccomp`)
  return action === SECCOMP_RET_ERRNO || action === SECCOMP_RET_TRACE ? (action | ((errnoRet ?? EPERM) & SECCOMP_RET_DATA)) >>> 0 : action
}

/** A jump target inside a condition: the next instruction, the end of the condition (it holds) or the end of the rule (it doesn't). */
type Target = 'next' | 'holds' | 'fails'
interface Step {
  readonly code: number
  readonly k: number
  readonly yes?: Target
  readonly no?: Target
}

const jump = (op: number, k: number, yes: Target, no: Target): Step => ({ code: BPF_JMP | op | BPF_K, k, yes, no })
const high = (value: number): number => Math.floor(value / HALF)
const low = (value: number): number => value % HALF >>> 0

function condition({ index, value, valueTwo = 0, op }: SeccompArg): Step[] {
  if (!OPERATORS.has(op)) throw new Error(`string ${op} is not a valid operator for seccomp`)
  const at = SECCOMP_DATA_ARGS + index * 8
  const loadLow: Step = { code: LOAD, k: at }
  const loadHigh: Step = { code: LOAD, k: at + 4 }
  const h = high(value)
  const l = low(value)
  switch (op.slice('SCMP_CMP_'.length)) {
    case 'EQ': return [loadHigh, jump(BPF_JEQ, h, 'next', 'fails'), loadLow, jump(BPF_JEQ, l, 'holds', 'fails')]
    case 'NE': return [loadHigh, jump(BPF_JEQ, h, 'next', 'holds'), loadLow, jump(BPF_JEQ, l, 'fails', 'holds')]
    case 'GT': return [loadHigh, jump(BPF_JGT, h, 'holds', 'next'), jump(BPF_JEQ, h, 'next', 'fails'), loadLow, jump(BPF_JGT, l, 'holds', 'fails')]
    case 'GE': return [loadHigh, jump(BPF_JGT, h, 'holds', 'next'), jump(BPF_JEQ, h, 'next', 'fails'), loadLow, jump(BPF_JGE, l, 'holds', 'fails')]
    case 'LE': return [loadHigh, jump(BPF_JGT, h, 'fails', 'next'), jump(BPF_JEQ, h, 'next', 'holds'), loadLow, jump(BPF_JGT, l, 'fails', 'holds')]
    case 'LT': return [loadHigh, jump(BPF_JGT, h, 'fails', 'next'), jump(BPF_JEQ, h, 'next', 'holds'), loadLow, jump(BPF_JGE, l, 'fails', 'holds')]
    default: {
      const and = (k: number): Step => ({ code: BPF_ALU | BPF_AND | BPF_K, k })
      return [loadHigh, and(h), jump(BPF_JEQ, high(valueTwo), 'next', 'fails'), loadLow, and(l), jump(BPF_JEQ, low(valueTwo), 'holds', 'fails')]
    }
  }
}

/** All conditions must hold for the answer; else what follows the block is asked. */
function conditional(conditions: readonly (readonly Step[])[], action: number): SockFilter[] {
  const length = conditions.reduce((n, steps) => n + steps.length, 0) + 1
  const block: SockFilter[] = []
  for (const steps of conditions) {
    const end = block.length + steps.length
    for (const { code, k, yes = 'next', no = 'next' } of steps) {
      const offset = (target: Target): number => (target === 'next' ? 0 : (target === 'holds' ? end : length) - block.length - 1)
      block.push(insn(code, k, offset(yes), offset(no)))
    }
  }
  return [...block, answer(action)]
}

/** Several comparisons of one argument are alternatives (runc splits them into rules of their own), of different arguments they must all hold. */
function blocksOf(args: readonly SeccompArg[], action: number): SockFilter[] {
  const isSplit = new Set(args.map((arg) => arg.index)).size < args.length
  return isSplit ? args.flatMap((arg) => conditional([condition(arg)], action)) : conditional(args.map(condition), action)
}

/** From call number `from` on, up to the next range. */
interface Range {
  readonly from: number
  readonly code: readonly SockFilter[]
}

function search(ranges: readonly Range[]): SockFilter[] {
  if (ranges.length === 1) return [...ranges[0].code]
  const middle = ranges.length >> 1
  const left = search(ranges.slice(0, middle))
  const right = search(ranges.slice(middle))
  const compare = BPF_JMP | BPF_JGE | BPF_K
  const { from } = ranges[middle]
  if (left.length <= LONGEST_JUMP) return [insn(compare, from, left.length, 0), ...left, ...right]
  return [insn(compare, from, 0, 1), insn(BPF_JMP | BPF_JA, left.length), ...left, ...right]
}

/** The code for each call that a rule names. A rule without conditions beats those with; names nobody knows are passed over, as runc does. */
function codeByNumber(rules: readonly SeccompRule[], defaultAction: number): ReadonlyMap<number, readonly SockFilter[]> {
  const always = new Map<number, number>()
  const blocks = new Map<number, SockFilter[]>()
  for (const rule of rules) {
    const action = actionOf(rule.action, rule.errnoRet)
    if (action === defaultAction) continue
    for (const name of rule.names) {
      const number = SYSCALL_NUMBER_BY_NAME.get(name)
      if (number === undefined) continue
      if (rule.args === undefined || rule.args.length === 0) always.set(number, always.get(number) ?? action)
      else blocks.set(number, [...(blocks.get(number) ?? []), ...blocksOf(rule.args, action)])
    }
  }
  const code = new Map<number, readonly SockFilter[]>([...blocks].map(([number, block]) => [number, [...block, answer(defaultAction)]]))
  for (const [number, action] of always) code.set(number, [answer(action)])
  return code
}

/** Neighbours with the same plain answer share a range. */
function rangesOf(code: ReadonlyMap<number, readonly SockFilter[]>, defaultAction: number): Range[] {
  const other = [answer(defaultAction)]
  const ranges: Range[] = []
  const last = Math.max(-1, ...code.keys())
  for (let from = 0; from <= last + 1; from++) {
    const own = code.get(from) ?? other
    const before = ranges.at(-1)?.code
    if (before?.length === 1 && own.length === 1 && before[0].k === own[0].k) continue
    ranges.push({ from, code: own })
  }
  return ranges
}

/** Calls that are younger than any the profile names don't exist for its containers: a C library may then fall back to older ones. */
function enosysStub(profile: OciSeccomp, action: number): SockFilter[] {
  if (action === SECCOMP_RET_ALLOW || action === SECCOMP_RET_LOG || action === (SECCOMP_RET_ERRNO | ENOSYS) >>> 0) return []
  const named = (profile.syscalls ?? []).flatMap((rule) => rule.names.map((name) => SYSCALL_NUMBER_BY_NAME.get(name) ?? -1))
  const last = Math.max(-1, ...named)
  return last < 0 ? [] : [insn(BPF_JMP | BPF_JGT | BPF_K, last, 0, 1), answer((SECCOMP_RET_ERRNO | ENOSYS) >>> 0)]
}

/** The filter for `linux.seccomp` of an OCI config.json. Throws an Error with runc's message for actions and operators it doesn't know. */
export function compileSeccomp(profile: OciSeccomp): readonly SockFilter[] {
  const defaultAction = actionOf(profile.defaultAction, profile.defaultErrnoRet)
  return [
    insn(LOAD, SECCOMP_DATA_ARCH), insn(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0), answer(SECCOMP_RET_KILL_THREAD),
    insn(LOAD, SECCOMP_DATA_NR), ...enosysStub(profile, defaultAction), ...search(rangesOf(codeByNumber(profile.syscalls ?? [], defaultAction), defaultAction)),
  ]
}

/** The filter for a Docker profile and a container with these capabilities, `CAP_` and all. */
export function compileSeccompProfile(profile: SeccompProfile, caps: readonly string[]): readonly SockFilter[] {
  return compileSeccomp(resolveSeccompProfile(profile, caps))
}
