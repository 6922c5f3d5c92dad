// The files of /proc that speak of the whole machine (proc(5)), in the kernel's order: shorter names first.
import { showSysvMsg, showSysvSem, showSysvShm } from './sysvipc-files.ts'
import { Errno } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { rootCgroup } from '../../cgroup/cgroup.ts'
import { rootFigures } from '../../cgroup/io.ts'
import { checkTrigger, type PsiResource } from '../../cgroup/psi.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { Task } from '../../task.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import { DISK_DEV } from '../disk.ts'
import { PseudoFile, PseudoLink, TableDir } from '../pseudo/pseudo-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'
import {
  CGROUP_V1_NAMES, CMDLINE, CPUINFO, DEVICES, FILESYSTEMS, INTERRUPTS, meminfo, MISC, MODULES, PARTITIONS, PROC_VERSION, TTY_DRIVERS,
} from './machine-info.ts'
import { stateLetter, usedByProcesses } from './process-state.ts'
import { ticks } from './stat-file.ts'
import { sysctlRoot } from './sysctl-dir.ts'

/** Merged requests and times are those of the boot. */
function showDiskstats({ kernel }: Task): string {
  const { rios, rbytes, wios, wbytes } = rootFigures(rootCgroup(kernel).io, DISK_DEV)
  return ` 254       0 vda ${rios} 437 ${rbytes / SECTOR} 531 ${wios} 799 ${wbytes / SECTOR} 170 0 452 704 0 0 0 0 6 1\n`
}

type Show = (task: Task) => string
type Maker = (sb: ProcSuperBlock) => Inode
const SECTOR = 512

const file = (show: Show | string, mode = 0o444): Maker => (sb) => new PseudoFile(sb, mode, typeof show === 'string' ? () => show : show)
const link = (text: string): Maker => (sb) => new PseudoLink(sb, text)
const dir = (children: Readonly<Record<string, Maker>>): Maker => (sb) => {
  const table = new TableDir(sb)
  const names = Object.keys(children)
  for (const name of names) table.add(name, () => children[name](sb))
  table.nlink = 2 + names.length
  return table
}

const showUptime: Show = ({ kernel, nsproxy }) => {
  const up = (kernel.clock.now + nsproxy.time.boottimeOffset) / NSEC_PER_SEC
  let busy = 0
  for (const task of kernel.tasks.values()) busy += task.utime + task.stime
  return `${up.toFixed(2)} ${Math.max(0, kernel.clock.now / NSEC_PER_SEC - busy / NSEC_PER_SEC).toFixed(2)}\n`
}

const showLoadavg: Show = ({ kernel, pidNs }) => {
  let running = 0
  for (const task of kernel.tasks.values()) if (stateLetter(task) === 'R') running++
  return `0.00 0.00 0.00 ${running}/${kernel.tasks.size} ${pidNs.lastPid}\n`
}

const showStat: Show = ({ kernel, nsproxy }) => {
  let user = 0
  let system = 0
  let running = 0
  for (const task of kernel.tasks.values()) {
    user += task.utime
    system += task.stime
    if (stateLetter(task) === 'R') running++
  }
  const cpu = `${ticks(user)} 0 ${ticks(system)} ${Math.max(0, ticks(kernel.clock.now - user - system))} 0 0 0 0 0 0`
  const boot = Math.floor((kernel.clock.realtimeOffsetMs - nsproxy.time.boottimeOffset / 1e6) / 1000)
  return `cpu  ${cpu}\ncpu0 ${cpu}\nintr 5123${' 0'.repeat(280)}\nctxt ${kernel.forks * 8}\nbtime ${boot}\nprocesses ${kernel.forks}\nprocs_running ${running}\nprocs_blocked 0\nsoftirq 3852 0 1528 0 26 0 0 1 0 0 2297\n`
}

const showMeminfo: Show = ({ kernel }) => meminfo(usedByProcesses(kernel))

const showModules: Show = () => {
  let address = 0xffffffffc070a000n
  return MODULES.map(([name, size, users, by]) => {
    const text = `${name} ${size} ${users} ${by === '-' ? '-' : by} Live 0x${address.toString(16)}\n`
    address -= BigInt(size) + 0x2000n
    return text
  }).join('')
}

const showKmsg: Show = ({ kernel }) => kernel.log.text()
const pressure = (resource: PsiResource): Maker => (sb) => new PseudoFile(sb, 0o666, ({ kernel }) => rootCgroup(kernel).psi.show(resource, kernel.clock.now, true), (_task, data) => {
  checkTrigger(decodeUtf8(data))
  return data.length
})

const sysrq: Maker = (sb) => new PseudoFile(sb, 0o200, () => {
  throw Errno.EIO
}, (_task, data) => data.length)


const FILES: Readonly<Record<string, Maker>> = {
  acpi: dir({ wakeup: file('', 0o644) }),
  buddyinfo: file('Node 0, zone      DMA      0      0      0      0      0      1      1      1      0      1      3 \nNode 0, zone    DMA32      1      0      1      1      1      1      2      3      2      0     95 \n'),
  bus: dir({ input: dir({ devices: file('') }), pci: dir({ devices: file('') }) }),
  cgroups: file((t) => `#subsys_name\thierarchy\tnum_cgroups\tenabled\n${CGROUP_V1_NAMES.map((n) => `${n}\t0\t${1 + rootCgroup(t.kernel).descendants}\t1\n`).join('')}`),
  cmdline: file(CMDLINE), consoles: file('ttyS0                -W- (EC p a)    4:64\n'), cpuinfo: file(CPUINFO), crypto: file(''), devices: file(DEVICES),
  diskstats: file(showDiskstats), driver: dir({ rtc: file('') }), dynamic_debug: dir({ control: file('', 0o644) }), execdomains: file('0-0\tLinux           \t[kernel]\n'), fb: file(''),
  filesystems: file(FILESYSTEMS.map(([name, device]) => `${device ? '' : 'nodev'}\t${name}\n`).join('')), fs: dir({ ext4: dir({ vda: dir({}) }), jbd2: dir({}), nfsd: dir({}) }),
  interrupts: file(INTERRUPTS), iomem: file('00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n'), ioports: file('0000-0cf7 : PCI Bus 0000:00\n'), irq: dir({}),
  kallsyms: file(''), kcore: (sb) => new PseudoFile(sb, 0o400, () => '', undefined, { size: 140737471590400 }), 'key-users': file('    0:    13 12/12 3/1000000 40/25000000\n'), keys: file(''),
  kmsg: file(showKmsg, 0o400), kpagecgroup: file('', 0o400), kpagecount: file('', 0o400), kpageflags: file('', 0o400), loadavg: file(showLoadavg), locks: file(''),
  meminfo: file(showMeminfo), misc: file(MISC), modules: file(showModules), mounts: link('self/mounts'), mtrr: file('', 0o644), net: link('self/net'), pagetypeinfo: file('', 0o400),
  partitions: file(PARTITIONS), pressure: dir({ cpu: pressure('cpu'), io: pressure('io'), memory: pressure('memory') }), schedstat: file('version 15\n'),
  slabinfo: file('', 0o400), softirqs: file(''), stat: file(showStat), swaps: file('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'), sys: sysctlRoot, 'sysrq-trigger': sysrq,
  sysvipc: dir({ msg: file(showSysvMsg), sem: file(showSysvSem), shm: file(showSysvShm) }), timer_list: file('', 0o400),
  tty: dir({ driver: dir({}), drivers: file(TTY_DRIVERS), ldisc: dir({}), ldiscs: file('n_tty       0\nn_null     27\n') }),
  uptime: file(showUptime), version: file(PROC_VERSION), vmallocinfo: file('', 0o400), vmstat: file(''), zoneinfo: file(''),
}

/** Longer names later, as the kernel's tree of entries is sorted. */
const NAMES = Object.keys(FILES).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))

export function machineFiles(sb: ProcSuperBlock): TableDir {
  const table = new TableDir(sb)
  for (const name of NAMES) table.add(name, () => FILES[name](sb))
  return table
}
