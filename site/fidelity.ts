// Build time only: how much of the recorded cases the simulator prints exactly as real Linux did, by area. Counted from the cases and the ratchet.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface AreaFidelity { readonly area: string; readonly cases: number; readonly equalCases: number; readonly commands: number; readonly equalCommands: number }

const ROOT = join(process.cwd(), 'test/conformance')
const WORDS: Readonly<Record<string, string>> = {
  process: 'Processes and PID namespaces', user: 'Users and user namespaces', shell: 'The shell', prompt: 'The prompt: line editing, jobs, completion', files: 'Files and text tools', mount: 'Mounts',
  ipc: 'IPC, UTS, time', net: 'Networks', firewall: 'Packet filters', cgroup: 'Control groups', security: 'Sandboxes', docker: 'Containers',
}

/** Commands of `0-3,5`. */
const count = (ranges: string, all: number): number => ranges === 'all' ? all : ranges.split(',').filter(part => part !== '').reduce((sum, part) => {
  const [from = 0, to = from] = part.split('-').map(Number)
  return sum + to - from + 1
}, 0)

/** Empty while nothing has been measured. */
export function fidelity(): AreaFidelity[] {
  const path = join(ROOT, 'passed.json')
  if (!existsSync(path)) return []
  const passed = new Map<string, string>(Object.entries(JSON.parse(readFileSync(path, 'utf8'))))
  return Object.entries(WORDS).filter(([area]) => existsSync(join(ROOT, 'cases', area))).map(([area, words]) => {
    const files = readdirSync(join(ROOT, 'cases', area)).filter(file => file.endsWith('.t'))
    const sizes = files.map(file => [`${area}/${file}`, readFileSync(join(ROOT, 'cases', area, file), 'utf8').split('\n').filter(line => line.startsWith('  $ ')).length] as const)
    const equal = sizes.map(([id, size]) => count(passed.get(id) ?? '', size))
    return {
      area: words, cases: files.length, equalCases: sizes.filter(([, size], i) => equal[i] === size).length,
      commands: sizes.reduce((sum, [, size]) => sum + size, 0), equalCommands: equal.reduce((sum, each) => sum + each, 0),
    }
  })
}
