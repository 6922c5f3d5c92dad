// What libseccomp makes of rules: a classic BPF program with a search tree over call numbers and comparisons of 64-bit arguments by halves. Simpler: x86-64 only.
import {
  AUDIT_ARCH_X86_64, BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_DATA_ARCH, SECCOMP_DATA_ARGS,
  SECCOMP_DATA_NR, SECCOMP_RET_KILL_THREAD, type SockFilter,
} from '../abi/seccomp.ts'

/** One argument compared with a value; MASKED_EQ masks it with `value` and compares with `valueTwo`. */
export interface Comparison {
  readonly index: number
  readonly op: 'NE' | 'LT' | 'LE' | 'EQ' | 'GE' | 'GT' | 'MASKED_EQ'
  readonly value: number
  readonly valueTwo?: number
}
export interface FilterRule {
  readonly number: number
  /** SECCOMP_RET_…, data included */
  readonly action: number
  /** All must hold; several of one argument are alternatives. */
  readonly args: readonly Comparison[]
}

const LONGEST_JUMP = 255
const HALF = 2 ** 32

const LOAD = BPF_LD | BPF_W | BPF_ABS
const insn = (code: number, k: number, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k })
const answer = (action: number): SockFilter => insn(BPF_RET | BPF_K, action)

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

function condition({ index, value, valueTwo = 0, op }: Comparison): Step[] {
  const at = SECCOMP_DATA_ARGS + index * 8
  const loadLow: Step = { code: LOAD, k: at }
  const loadHigh: Step = { code: LOAD, k: at + 4 }
  const h = high(value)
  const l = low(value)
  switch (op) {
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

/** Several comparisons of one argument are alternatives, of different arguments they must all hold. */
function blocksOf(args: readonly Comparison[], action: number): SockFilter[] {
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

/** The code for each call that a rule is about. A rule without conditions beats those with. */
function codeByNumber(rules: readonly FilterRule[], defaultAction: number): ReadonlyMap<number, readonly SockFilter[]> {
  const always = new Map<number, number>()
  const blocks = new Map<number, SockFilter[]>()
  for (const rule of rules) {
    const { number, action, args } = rule
    if (action === defaultAction) continue
    if (args.length === 0) always.set(number, always.get(number) ?? action)
    else blocks.set(number, [...(blocks.get(number) ?? []), ...blocksOf(args, action)])
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

/** The filter. `younger`: the answer for calls with a number above a given one, asked before all rules. */
export function compileFilter(defaultAction: number, rules: readonly FilterRule[], younger?: { readonly than: number; readonly action: number }): readonly SockFilter[] {
  return [
    insn(LOAD, SECCOMP_DATA_ARCH), insn(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0), answer(SECCOMP_RET_KILL_THREAD), insn(LOAD, SECCOMP_DATA_NR),
    ...(younger === undefined ? [] : [insn(BPF_JMP | BPF_JGT | BPF_K, younger.than, 0, 1), answer(younger.action)]),
    ...search(rangesOf(codeByNumber(rules, defaultAction), defaultAction)),
  ]
}
