// Options that are real, but without an effect on this machine: they are refused, never passed over.
import type { Flags } from './usage.ts'

const CREATE = `cpu-rt-period=0 cpu-rt-runtime=0 gpus ip6 kernel-memory=0 link-local-ip
  platform=linux/amd64|linux|amd64`
/** By command; behind `=` the values that say what is so anyway. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['run', CREATE], ['create', CREATE],
  ['build', 'add-host cache-from cgroup-parent cpu-period=0 cpu-quota=0 cpu-shares=0 cpuset-cpus cpuset-mems isolation=default memory=0 memory-swap=0 security-opt shm-size=0 squash=false ulimit'],
])

/** The first option given that a table like the one above has with no such value: its name. */
export const firstUnsimulated = (table: string, flags: Flags): string | undefined =>
  table.trim().split(/\s+/).map((option) => option.split('=')).find(([name, usual = '']) => flags.has(name) && !usual.split('|').includes(flags.text(name)))?.[0]

/** `command` without the group's name: `container run` is `run`. */
export const unsimulatedOption = (command: string, flags: Flags): string | undefined => firstUnsimulated(OPTIONS.get(command.split(' ').at(-1) ?? '') ?? '', flags)
