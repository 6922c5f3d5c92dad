// Debian's package procps: the tools that read /proc.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { free, FREE_LONG, FREE_SHORT } from './free.ts'
import { kill } from './kill.ts'
import { pgrep, PGREP_OPTIONS, PGREP_SHORT, pkill, PKILL_SHORT } from './pgrep.ts'
import { ps } from './ps.ts'
import { pmap, pwdx, vmstat } from './small-tools.ts'
import { sysctl, SYSCTL_LONG, SYSCTL_SHORT } from './sysctl.ts'
import { top, TOP_LONG, TOP_SHORT, TOP_UNSIMULATED } from './top.ts'
import { uptime, UPTIME_LONG, UPTIME_SHORT, w } from './uptime.ts'
import { watch, WATCH_LONG, WATCH_SHORT, WATCH_UNSIMULATED } from './watch.ts'

export const procps: ProgramPackage = {
  name: 'procps',
  version: '2:4.0.2-3',
  programs: [
    { path: '/usr/bin/ps', program: program(ps), summary: 'shows which processes are running' },
    { path: '/usr/bin/pgrep', program: program(pgrep), options: { short: PGREP_SHORT, long: PGREP_OPTIONS, unsimulatedShort: 'L' }, summary: 'finds processes by name' },
    { path: '/usr/bin/pkill', program: program(pkill), options: { short: PKILL_SHORT, long: PGREP_OPTIONS, unsimulatedShort: 'Lq' }, summary: 'sends a signal to processes by name' },
    { path: '/usr/bin/kill', program: program(kill), summary: 'sends a signal to processes by number' },
    { path: '/usr/bin/top', program: program(top), options: { short: TOP_SHORT, long: TOP_LONG, unsimulatedShort: TOP_UNSIMULATED }, summary: 'shows the busiest processes, again and again' },
    { path: '/usr/bin/free', program: program(free), options: { short: FREE_SHORT, long: FREE_LONG }, summary: 'shows how much memory is used' },
    { path: '/usr/bin/uptime', program: program(uptime), options: { short: UPTIME_SHORT, long: UPTIME_LONG }, summary: 'tells how long the machine has been running' },
    { path: '/usr/bin/w', program: program(w), summary: 'shows who is logged in' },
    { path: '/usr/bin/vmstat', program: program(vmstat), summary: 'shows memory and processor statistics' },
    { path: '/usr/bin/pwdx', program: program(pwdx), summary: 'shows the working directory of a process' },
    { path: '/usr/bin/pmap', program: program(pmap), summary: 'shows the memory map of a process' },
    { path: '/usr/bin/watch', program: program(watch), options: { short: WATCH_SHORT, long: WATCH_LONG, unsimulatedShort: WATCH_UNSIMULATED }, summary: 'runs a command again and again and shows its output' },
    { path: '/usr/sbin/sysctl', program: program(sysctl), options: { short: SYSCTL_SHORT, long: SYSCTL_LONG }, summary: 'reads and changes kernel settings' },
  ],
}
