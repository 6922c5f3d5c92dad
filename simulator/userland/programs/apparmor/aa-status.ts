// aa-status(8): the loaded profiles by mode, and which processes they confine.
import { isErr } from '../../../abi/errno.ts'
import { AT_FDCWD } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, openDir, readFile } from '../../libc/unistd.ts'
import { readOptions } from './options.ts'

const PROFILES = '/sys/kernel/security/apparmor/profiles'
const NO_POLICY = 2, NO_PRIVILEGE = 4
const USAGE = `Usage: aa-status [OPTIONS]
Displays various information about the currently loaded AppArmor policy.
OPTIONS (one only):
  --enabled       returns error code if AppArmor not enabled
  --profiled      prints the number of loaded policies
  --enforced      prints the number of loaded enforcing policies
  --complaining   prints the number of loaded non-enforcing policies
  --kill          prints the number of loaded enforcing policies that kill tasks on policy violations
  --special-unconfined   prints the number of loaded non-enforcing policies in the special unconfined mode
  --process-mixed prints the number processes with mixed profile modes
  --json          displays multiple data points in machine-readable JSON format
  --pretty-json   same data as --json, formatted for human consumption as well
  --verbose       (default) displays multiple data points about loaded policy set
  --help          this message
`
export const statusOptions = {
  short: '',
  long: ['enabled', 'profiled', 'enforced', 'complaining', 'kill', 'special-unconfined', 'process-mixed', 'json', 'pretty-json', 'verbose', 'help'].map((name) => ({ name, arg: 'none' }) as const),
} as const

interface Labelled {
  readonly pid: number
  readonly exe: string
  readonly profile: string
  readonly mode: string
}

const parseLabel = (text: string): { readonly profile: string; readonly mode: string } | undefined => {
  const match = /^(.*) \((\w+)\)$/s.exec(text.trim())
  return match === null ? undefined : { profile: match[1], mode: match[2] }
}

function* processes(names: ReadonlySet<string>): Flow<Labelled[]> {
  const found: Labelled[] = []
  const dir = yield* openDir('/proc')
  if (isErr(dir)) return found
  yield* close(dir.fd)
  for (const { name } of dir.entries.filter((e) => /^\d+$/.test(e.name))) {
    const text = yield* readFile(`/proc/${name}/attr/current`)
    if (isErr(text)) continue
    const exe = yield* call('readlinkat', AT_FDCWD, `/proc/${name}/exe`)
    if (isErr(exe)) continue
    const label = parseLabel(text)
    if (label !== undefined) found.push({ pid: Number(name), exe, ...label })
    else if (names.has(exe)) found.push({ pid: Number(name), exe, profile: exe, mode: 'unconfined' })
  }
  return found
}

const MODES = ['enforce', 'complain', 'kill', 'unconfined'] as const

export const aaStatus = program(function* (c) {
  const { names, error } = yield* readOptions(c, statusOptions)
  if (error !== undefined || names.length > 1) {
    if (error !== undefined) yield* c.stderr.write(`${error}\n`)
    yield* c.stdout.write(USAGE)
    return 1
  }
  const wanted = names[0] ?? 'verbose'
  if (wanted === 'help') {
    yield* c.stdout.write(USAGE)
    return 0
  }
  if (wanted === 'enabled') return 0
  if (wanted === 'verbose') yield* c.stdout.write('apparmor module is loaded.\n')
  const text = yield* readFile(PROFILES)
  if (isErr(text)) {
    yield* c.stderr.write('You do not have enough privilege to read the profile set.\n')
    return NO_PRIVILEGE
  }
  const profiles = text.split('\n').flatMap((line) => parseLabel(line) ?? []).sort((a, b) => (a.profile < b.profile ? -1 : 1))
  if (profiles.length === 0) return NO_POLICY
  const inMode = (mode: string): string[] => profiles.filter((p) => p.mode === mode).map((p) => p.profile)
  const counts: Readonly<Record<string, number>> = {
    profiled: profiles.length, enforced: inMode('enforce').length + inMode('kill').length, complaining: inMode('complain').length, kill: inMode('kill').length,
    'special-unconfined': inMode('unconfined').length, 'process-mixed': 0,
  }
  if (wanted in counts) {
    yield* c.stdout.write(`${counts[wanted]}\n`)
    return 0
  }
  const running = yield* processes(new Set(profiles.map((p) => p.profile)))
  yield* c.stdout.write(wanted === 'verbose' ? listing(profiles.length, inMode, running) : json(profiles, running, wanted === 'pretty-json'))
  return 0
})

function listing(total: number, inMode: (mode: string) => readonly string[], running: readonly Labelled[]): string {
  const lines = [`${total} profiles are loaded.`]
  for (const mode of MODES) lines.push(`${inMode(mode).length} profiles are in ${mode} mode.`, ...inMode(mode).map((name) => `   ${name}`))
  lines.push(`${running.length} processes have profiles defined.`)
  const words = [['enforce', 'are in enforce mode.'], ['complain', 'are in complain mode.'], ['unconfined', 'are unconfined but have a profile defined.'], ['mixed', 'are in mixed mode.'], ['kill', 'are in kill mode.']]
  for (const [mode, text] of words) {
    const those = running.filter((p) => p.mode === mode)
    lines.push(`${those.length} processes ${text}`, ...those.map((p) => `   ${p.exe} (${p.pid}) ${p.profile === p.exe ? '' : p.profile}`.trimEnd()))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function json(profiles: readonly { readonly profile: string; readonly mode: string }[], running: readonly Labelled[], pretty: boolean): string {
  const byExe = new Map<string, object[]>()
  for (const p of running) byExe.set(p.exe, [...(byExe.get(p.exe) ?? []), { profile: p.profile, pid: String(p.pid), status: p.mode }])
  const data = { version: '2', profiles: Object.fromEntries(profiles.map((p) => [p.profile, p.mode])), processes: Object.fromEntries(byExe) }
  if (pretty) return `${JSON.stringify(data, undefined, '\t')}\n`
  return `${JSON.stringify(data).replace(/("(?:[^"\\]|\\.)*")|([:,])/g, (_all, text: string | undefined, mark: string | undefined) => text ?? `${mark ?? ''} `)}\n`
}
