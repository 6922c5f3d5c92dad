import { expect, test } from 'vitest'
import type { SockFilter } from '../../abi/seccomp.ts'
import { checkProgram, runProgram } from './bpf.ts'

const LD_NR: SockFilter = { code: 0x20, jt: 0, jf: 0, k: 0 }
const ret = (k: number): SockFilter => ({ code: 0x06, jt: 0, jf: 0, k })
const data = (nr: number): Uint32Array => Uint32Array.of(nr, 0xc000003e, 0, 0, ...new Array<number>(12).fill(0))

test('a program that compares the call number chooses between two answers', () => {
  const program = [LD_NR, { code: 0x15, jt: 0, jf: 1, k: 83 }, ret(0x00050001), ret(0x7fff0000)]
  checkProgram(program)
  expect(runProgram(program, data(83))).toBe(0x00050001)
  expect(runProgram(program, data(84))).toBe(0x7fff0000)
})

test('comparisons and answers are unsigned', () => {
  const program = [{ code: 0x20, jt: 0, jf: 0, k: 4 }, { code: 0x25, jt: 0, jf: 1, k: 0x7fffffff }, ret(0x80000000), ret(0)]
  checkProgram(program)
  expect(runProgram(program, data(0))).toBe(0x80000000)
})

test('a division by zero at run time answers 0', () => {
  const program = [{ code: 0x01, jt: 0, jf: 0, k: 0 }, LD_NR, { code: 0x3c, jt: 0, jf: 0, k: 0 }, ret(0x7fff0000)]
  checkProgram(program)
  expect(runProgram(program, data(5))).toBe(0)
})

test.each([
  ['is empty', []],
  ['does not end in an answer', [LD_NR]],
  ['jumps out', [{ code: 0x15, jt: 1, jf: 0, k: 0 }, ret(0)]],
  ['reads outside the data', [{ code: 0x20, jt: 0, jf: 0, k: 64 }, ret(0)]],
  ['reads half words', [{ code: 0x28, jt: 0, jf: 0, k: 0 }, ret(0)]],
  ['divides by zero', [{ code: 0x34, jt: 0, jf: 0, k: 0 }, ret(0)]],
  ['reads memory before writing it', [{ code: 0x60, jt: 0, jf: 0, k: 3 }, ret(0)]],
])('a program that %s is refused', (_, program) => {
  expect(() => checkProgram(program)).toThrow()
})
