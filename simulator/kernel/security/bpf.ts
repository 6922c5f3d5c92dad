// Classic BPF as seccomp allows it (net/core/filter.c: bpf_check_classic; kernel/seccomp.c: seccomp_check_filter): the check of a program and its interpreter.
// A program reads 32-bit words of struct seccomp_data, has an accumulator, an index register and 16 words of memory, and jumps forward only, so it always ends.
import { Errno } from '../../abi/errno.ts'
import {
  BPF_A, BPF_ABS, BPF_ADD, BPF_ALU, BPF_AND, BPF_DIV, BPF_IMM, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_LDX, BPF_LEN, BPF_LSH,
  BPF_MAXINSNS, BPF_MEM, BPF_MEMWORDS, BPF_MISC, BPF_MUL, BPF_NEG, BPF_OR, BPF_RET, BPF_RSH, BPF_ST, BPF_STX, BPF_SUB, BPF_TAX, BPF_TXA, BPF_W, BPF_X, BPF_XOR,
  SECCOMP_DATA_SIZE, type SockFilter,
} from '../../abi/seccomp.ts'

const OPERATIONS = [BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_XOR]
const COMPARISONS = [BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET]

const ALLOWED: ReadonlySet<number> = new Set([
  BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN, BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM, BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM,
  BPF_ST, BPF_STX, BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_ALU | BPF_NEG, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA, BPF_JMP | BPF_JA,
  ...OPERATIONS.flatMap((op) => [BPF_ALU | op | BPF_K, BPF_ALU | op | BPF_X]),
  ...COMPARISONS.flatMap((op) => [BPF_JMP | op | BPF_K, BPF_JMP | op | BPF_X]),
])
const USES_MEMORY: ReadonlySet<number> = new Set([BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_STX])

/** Throws EINVAL for a program that could read outside the data, jump out of the program or not answer. */
export function checkProgram(program: readonly SockFilter[]): void {
  const { length } = program
  if (length === 0 || length > BPF_MAXINSNS || !program.every((insn, pc) => isSound(insn, length - pc - 1))) throw Errno.EINVAL
  if ((program[length - 1].code & 0x07) !== BPF_RET || !memoryIsWrittenFirst(program)) throw Errno.EINVAL
}

/** `left`: instructions that follow. */
function isSound({ code, jt, jf, k }: SockFilter, left: number): boolean {
  if (!ALLOWED.has(code)) return false
  if (code === (BPF_LD | BPF_W | BPF_ABS)) return k >= 0 && k < SECCOMP_DATA_SIZE && k % 4 === 0
  if (code === (BPF_ALU | BPF_DIV | BPF_K)) return k !== 0
  if (code === (BPF_ALU | BPF_LSH | BPF_K) || code === (BPF_ALU | BPF_RSH | BPF_K)) return k < 32
  if (USES_MEMORY.has(code)) return k < BPF_MEMWORDS
  if (code === (BPF_JMP | BPF_JA)) return k < left
  return (code & 0x07) !== BPF_JMP || (jt < left && jf < left)
}

/** check_load_and_stores: no path may read a memory word before writing it. */
function memoryIsWrittenFirst(program: readonly SockFilter[]): boolean {
  const written = new Array<number>(program.length).fill(0xffff)
  let valid = 0
  for (const [pc, { code, jt, jf, k }] of program.entries()) {
    valid &= written[pc]
    if (code === BPF_ST || code === BPF_STX) valid |= 1 << k
    else if ((code === (BPF_LD | BPF_MEM) || code === (BPF_LDX | BPF_MEM)) && (valid & (1 << k)) === 0) return false
    else if (code === (BPF_JMP | BPF_JA)) {
      written[pc + 1 + k] &= valid
      valid = 0xffff
    } else if ((code & 0x07) === BPF_JMP) {
      written[pc + 1 + jt] &= valid
      written[pc + 1 + jf] &= valid
      valid = 0xffff
    }
  }
  return true
}

/** Runs a checked program over struct seccomp_data, given as its 16 words; the answer is unsigned. */
export function runProgram(program: readonly SockFilter[], data: Uint32Array): number {
  const memory = new Uint32Array(BPF_MEMWORDS)
  let a = 0
  let x = 0
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc]
    const operand = (code & BPF_X) === 0 ? k : x
    switch (code & 0x07) {
      case BPF_RET:
        return (code === (BPF_RET | BPF_A) ? a : k) >>> 0
      case BPF_LD:
      case BPF_LDX: {
        const value = loaded(code & 0xe0, k, data, memory)
        if ((code & 0x07) === BPF_LD) a = value
        else x = value
        break
      }
      case BPF_ST:
        memory[k] = a
        break
      case BPF_STX:
        memory[k] = x
        break
      case BPF_MISC:
        if (code === (BPF_MISC | BPF_TAX)) x = a
        else a = x
        break
      case BPF_JMP:
        pc += code === (BPF_JMP | BPF_JA) ? k : jumps(code & 0xf0, a, operand >>> 0) ? jt : jf
        break
      default:
        // A division by an index register of 0 ends the program with 0, which kills.
        if ((code & 0xf0) === BPF_DIV && operand === 0) return 0
        a = computed(code & 0xf0, a, operand) >>> 0
    }
  }
  return 0
}

function loaded(mode: number, k: number, data: Uint32Array, memory: Uint32Array): number {
  if (mode === BPF_ABS) return data[k / 4]
  if (mode === BPF_MEM) return memory[k]
  return mode === BPF_LEN ? SECCOMP_DATA_SIZE : k >>> 0
}

function jumps(op: number, a: number, b: number): boolean {
  if (op === BPF_JEQ) return a === b
  if (op === BPF_JGT) return a > b
  if (op === BPF_JGE) return a >= b
  return (a & b) !== 0
}

function computed(op: number, a: number, b: number): number {
  switch (op) {
    case BPF_ADD: return a + b
    case BPF_SUB: return a - b
    case BPF_MUL: return Math.imul(a, b)
    case BPF_DIV: return Math.floor(a / (b >>> 0))
    case BPF_OR: return a | b
    case BPF_AND: return a & b
    case BPF_XOR: return a ^ b
    case BPF_LSH: return a << b
    case BPF_RSH: return a >>> b
    default: return -a
  }
}
