import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ARGUMENT_ROLES } from './argument-texts.ts'
import { SIGNATURES } from './signatures.ts'
import type { KernelEvent } from './emitter.ts'
import { EVENTS } from './events.ts'
import { callsOf, formatCall } from './strace.ts'

const event = (seq: number, name: string, data: KernelEvent['data'], cause = 0): KernelEvent => ({ seq, time: 0, tid: 7, cause, name, data })

test('a call reads as strace prints it', () => {
  const events = [
    event(1, 'sys.enter', { nr: 'openat', args: [-100, '/etc/passwd', 0o2000000, 0] }),
    event(2, 'sys.exit', { result: 3 }, 1),
    event(3, 'sys.enter', { nr: 'unshare', args: [0x20020000] }),
    event(4, 'cap.check', { cap: 'cap_sys_admin', userns: 1, in: 1, granted: false, rule: 'not-in-effective-set' }, 3),
    event(5, 'sys.exit', { result: { errno: 'EPERM' } }, 3),
    event(6, 'sys.enter', { nr: 'read', args: [3, 100] }),
    event(7, 'sys.exit', { result: { bytes: new Uint8Array([104, 105, 10]), length: 3 } }, 6),
  ]
  const calls = callsOf(events)
  expect(calls.map(formatCall)).toEqual([
    'openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3',
    'unshare(CLONE_NEWNS|CLONE_NEWPID) = -1 EPERM (Operation not permitted)',
    'read(3, "hi\\n", 100) = 3',
  ])
  expect(calls[1].inside.map((e) => e.name)).toEqual(['cap.check'])
})

test('every event that the kernel emits has a sentence', () => {
  const kernel = join(import.meta.dirname, '..', 'kernel')
  const files = readdirSync(kernel, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
  const names = files.flatMap((f) => [...readFileSync(join(kernel, f), 'utf8').matchAll(/emit\((?:\w+ \? )?'([a-z.-]+)'(?: : '([a-z.-]+)')?/g)].flatMap((m) => [m[1], m[2]]))
  const missing = [...new Set(names)].filter((name): name is string => name !== undefined && EVENTS[name] === undefined)
  expect(missing).toEqual([])
})

test('every argument of every call has a text', () => {
  const bare = Object.entries(SIGNATURES).filter(([nr, { args }]) => (ARGUMENT_ROLES[nr] ?? []).length !== args.filter((kind) => kind !== 'hidden').length)
  expect(bare.map(([nr]) => nr)).toEqual([])
})
