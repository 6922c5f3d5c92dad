import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogError, readLog, writeLog } from './log.ts'
import type { InputLog } from './log.ts'
import { decodeShare, encodeShare } from './share.ts'

const log: InputLog = {
  seed: 1, bootTimeMs: undefined, docker: false, lesson: 'rooms/a-name', build: 'b1', until: { steps: 200, now: 4_000_000 },
  entries: [
    { kind: 'open', at: { steps: 0, now: 0 }, terminal: 'host', user: 'learner', rows: 24, cols: 80 },
    { kind: 'type', at: { steps: 120, now: 3_000_000 }, terminal: 'host', bytes: 'echo \u00e4\u00ff\r' },
  ],
}
const problem = (text: string): string => {
  try {
    readLog(text)
    return 'none'
  } catch (error) {
    return error instanceof LogError ? error.problem : 'other'
  }
}

test('a log is read as it was written', async () => {
  expect(readLog(writeLog(log))).toEqual(log)
  expect(await decodeShare(await encodeShare(log))).toEqual(log)
})

test('a damaged log is never used, whatever the damage', () => {
  const text = writeLog(log)
  expect(problem('')).toBe('empty')
  expect(problem('{"entries":[]}')).toBe('not-readable')
  expect(problem(text.replace('isolab-session 1', 'isolab-session 2'))).toBe('newer-version')
  fc.assert(fc.property(fc.nat(text.length - 2), (cut) => {
    expect(problem(text.slice(0, cut))).not.toBe('none')
  }))
  fc.assert(fc.property(fc.nat(text.length - 2), fc.integer({ min: 33, max: 126 }), (at, code) => {
    const char = String.fromCharCode(code)
    fc.pre(text[at] !== char && text[at] !== '\n')
    expect(problem(text.slice(0, at) + char + text.slice(at + 1))).not.toBe('none')
  }))
})

test('a share link that was cut off says so', async () => {
  const link = await encodeShare(log)
  await expect(decodeShare(link.slice(0, -20))).rejects.toThrow(LogError)
})
