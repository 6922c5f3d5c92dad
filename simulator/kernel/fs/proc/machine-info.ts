// The machine that /proc describes: one CPU, half a gigabyte, the reference machine's kernel. Data for cpuinfo, meminfo, version and the rest.
export const OS_RELEASE = '6.1.0-50-cloud-amd64'
/** The build, as the kernel's reports name it. */
export const KERNEL_BUILD = 'Debian 6.1.176-1'
export const KERNEL_VERSION = `#1 SMP PREEMPT_DYNAMIC ${KERNEL_BUILD} (2026-07-02)`
export const PROC_VERSION = `Linux version ${OS_RELEASE} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) ${KERNEL_VERSION}\n`
export const CMDLINE = 'console=ttyS0 quiet loglevel=1 panic=-1 net.ifnames=0 apparmor=1 security=apparmor\n'

export const CPUINFO = `processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 15
model\t\t: 107
model name\t: QEMU Virtual CPU version 2.5+
stepping\t: 1
microcode\t: 0x1000065
cpu MHz\t\t: 2596.122
cache size\t: 512 KB
physical id\t: 0
siblings\t: 1
core id\t\t: 0
cpu cores\t: 1
apicid\t\t: 0
initial apicid\t: 0
fpu\t\t: yes
fpu_exception\t: yes
cpuid level\t: 13
wp\t\t: yes
flags\t\t: fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 syscall nx lm rep_good nopl cpuid extd_apicid pni cx16 hypervisor lahf_lm svm 3dnowprefetch vmmcall
bugs\t\t: fxsave_leak sysret_ss_attrs null_seg swapgs_fence amd_e400 spectre_v1 spectre_v2
bogomips\t: 5192.24
TLB size\t: 1024 4K pages
clflush size\t: 64
cache_alignment\t: 64
address sizes\t: 40 bits physical, 48 bits virtual
power management:

`

export const MEM_TOTAL_KB = 481288
const KERNEL_OWN_KB = 39064
/** What is left for processes and page cache. */
export const MEM_USABLE_KB = MEM_TOTAL_KB - KERNEL_OWN_KB
const BUFFERS_KB = 14392
const CACHED_KB = 20996

/** Kilobytes; the two free figures are worked out from the processes that run. */
const MEMINFO: readonly (readonly [string, number])[] = [
  ['Buffers', BUFFERS_KB], ['Cached', CACHED_KB], ['SwapCached', 0], ['Active', 21616], ['Inactive', 19748], ['Active(anon)', 12], ['Inactive(anon)', 5992],
  ['Active(file)', 21604], ['Inactive(file)', 13756], ['Unevictable', 0], ['Mlocked', 0], ['SwapTotal', 0], ['SwapFree', 0], ['Dirty', 8], ['Writeback', 0],
  ['AnonPages', 6020], ['Mapped', 7324], ['Shmem', 0], ['KReclaimable', 10248], ['Slab', 17464], ['SReclaimable', 10248], ['SUnreclaim', 7216],
  ['KernelStack', 784], ['PageTables', 168], ['SecPageTables', 0], ['NFS_Unstable', 0], ['Bounce', 0], ['WritebackTmp', 0], ['CommitLimit', 240644],
  ['Committed_AS', 16796], ['VmallocTotal', 34359738367], ['VmallocUsed', 9380], ['VmallocChunk', 0], ['Percpu', 256], ['AnonHugePages', 0],
  ['ShmemHugePages', 0], ['ShmemPmdMapped', 0], ['FileHugePages', 0], ['FilePmdMapped', 0],
]
const MEMINFO_TAIL = `HugePages_Total:       0
HugePages_Free:        0
HugePages_Rsvd:        0
HugePages_Surp:        0
Hugepagesize:       2048 kB
Hugetlb:               0 kB
DirectMap4k:       36724 kB
DirectMap2M:      487424 kB
`
export const memFreeKb = (usedByProcesses: number): number => Math.max(0, MEM_USABLE_KB - BUFFERS_KB - CACHED_KB - usedByProcesses)

export function meminfo(usedByProcesses: number): string {
  const line = (name: string, kb: number): string => `${`${name}:`.padEnd(16)}${String(kb).padStart(8)} kB\n`
  const free = memFreeKb(usedByProcesses)
  const known = MEMINFO.map(([name, kb]) => line(name, kb)).join('')
  return line('MemTotal', MEM_TOTAL_KB) + line('MemFree', free) + line('MemAvailable', free + 32888) + known + MEMINFO_TAIL
}

export const DEVICES = `Character devices:
  1 mem
  4 /dev/vc/0
  4 tty
  4 ttyS
  5 /dev/tty
  5 /dev/console
  5 /dev/ptmx
  7 vcs
 10 misc
 13 input
 29 fb
128 ptm
136 pts
246 nvme-generic
247 nvme
248 cxl
249 bsg
250 ptp
251 pps
252 rtc
253 dax
254 tpm

Block devices:
254 virtblk
259 blkext
`
export const PARTITIONS = 'major minor  #blocks  name\n\n 254        0    5242880 vda\n'
export const MISC = '200 tun\n125 cpu_dma_latency\n228 hpet\n126 userfaultfd\n231 snapshot\n183 hw_random\n127 vga_arbiter\n'
export const INTERRUPTS = `           CPU0       
  0:        110   IO-APIC   2-edge      timer
  1:          9   IO-APIC   1-edge      i8042
  4:          2   IO-APIC   4-edge      ttyS0
  8:          1   IO-APIC   8-edge      rtc0
  9:          0   IO-APIC   9-fasteoi   acpi
 12:          3   IO-APIC  12-edge      i8042
 25:       2079   PCI-MSI 49153-edge      virtio1-req.0
 27:          1   PCI-MSI 32769-edge      virtio0-input.0
 28:         23   PCI-MSI 32770-edge      virtio0-output.0
NMI:          0   Non-maskable interrupts
LOC:       2594   Local timer interrupts
ERR:          0
MIS:          0
`
export const TTY_DRIVERS = `/dev/tty             /dev/tty        5       0 system:/dev/tty
/dev/console         /dev/console    5       1 system:console
/dev/ptmx            /dev/ptmx       5       2 system
/dev/vc/0            /dev/vc/0       4       0 system:vtmaster
serial               /dev/ttyS       4 64-95 serial
pty_slave            /dev/pts      136 0-1048575 pty:slave
pty_master           /dev/ptm      128 0-1048575 pty:master
unknown              /dev/tty        4 1-63 console
`

/** Modules loaded on the reference machine: name, size, modules that use it. */
export const MODULES: readonly (readonly [name: string, size: number, users: number, usedBy: string])[] = [
  ['ipt_REJECT', 16384, 0, '-'], ['xt_LOG', 20480, 0, '-'], ['nf_log_syslog', 28672, 0, '-'], ['xt_limit', 16384, 0, '-'], ['xt_mark', 16384, 0, '-'],
  ['xt_comment', 16384, 0, '-'], ['xt_multiport', 20480, 0, '-'], ['xt_tcpudp', 20480, 0, '-'], ['xt_addrtype', 16384, 0, '-'], ['xt_nat', 16384, 0, '-'],
  ['xt_conntrack', 16384, 0, '-'], ['xt_MASQUERADE', 20480, 0, '-'], ['nft_reject_inet', 16384, 0, '-'], ['nf_reject_ipv4', 16384, 2, 'ipt_REJECT,nft_reject_inet,'],
  ['nf_reject_ipv6', 20480, 1, 'nft_reject_inet,'], ['nft_reject', 16384, 1, 'nft_reject_inet,'], ['nft_nat', 16384, 0, '-'], ['nft_masq', 16384, 0, '-'],
  ['nft_ct', 24576, 0, '-'], ['nft_compat', 20480, 0, '-'],
  ['x_tables', 61440, 12, 'ipt_REJECT,xt_LOG,xt_limit,xt_mark,xt_comment,xt_multiport,xt_tcpudp,xt_addrtype,xt_nat,xt_conntrack,xt_MASQUERADE,nft_compat,'],
  ['nft_chain_nat', 16384, 0, '-'], ['nf_nat', 57344, 5, 'xt_nat,xt_MASQUERADE,nft_nat,nft_masq,nft_chain_nat,'],
  ['nf_conntrack', 188416, 7, 'xt_nat,xt_conntrack,xt_MASQUERADE,nft_nat,nft_masq,nft_ct,nf_nat,'], ['nf_defrag_ipv6', 24576, 1, 'nf_conntrack,'],
  ['nf_defrag_ipv4', 16384, 1, 'nf_conntrack,'], ['nf_tables', 303104, 7, 'nft_reject_inet,nft_reject,nft_nat,nft_masq,nft_ct,nft_compat,nft_chain_nat,'],
  ['nfnetlink', 20480, 2, 'nft_compat,nf_tables,'], ['libcrc32c', 16384, 3, 'nf_nat,nf_conntrack,nf_tables,'], ['overlay', 163840, 0, '-'], ['tun', 61440, 0, '-'],
  ['8021q', 40960, 0, '-'], ['garp', 16384, 1, '8021q,'], ['mrp', 20480, 1, '8021q,'], ['vxlan', 106496, 0, '-'], ['ip6_udp_tunnel', 20480, 1, 'vxlan,'],
  ['udp_tunnel', 28672, 1, 'vxlan,'], ['ipvlan', 40960, 0, '-'], ['macvlan', 28672, 0, '-'], ['br_netfilter', 36864, 0, '-'], ['bridge', 294912, 1, 'br_netfilter,'],
  ['stp', 16384, 2, 'garp,bridge,'], ['llc', 16384, 3, 'garp,bridge,stp,'], ['veth', 36864, 0, '-'], ['virtio_net', 73728, 0, '-'], ['net_failover', 24576, 1, 'virtio_net,'],
  ['failover', 16384, 1, 'net_failover,'], ['dummy', 16384, 0, '-'], ['virtio_blk', 28672, 1, '-'], ['virtio_pci', 24576, 0, '-'],
  ['virtio_pci_legacy_dev', 16384, 1, 'virtio_pci,'], ['virtio_pci_modern_dev', 20480, 1, 'virtio_pci,'], ['virtio_ring', 45056, 3, 'virtio_net,virtio_blk,virtio_pci,'],
  ['virtio', 20480, 3, 'virtio_net,virtio_blk,virtio_pci,'],
]

/** In the kernel's order; what file systems this machine really has is registered in Kernel.fsTypes, the rest are only names. */
export const FILESYSTEMS: readonly (readonly [name: string, needsDevice: boolean])[] = [
  ['sysfs', false], ['tmpfs', false], ['bdev', false], ['proc', false], ['cgroup', false], ['cgroup2', false], ['cpuset', false], ['devtmpfs', false],
  ['debugfs', false], ['tracefs', false], ['securityfs', false], ['sockfs', false], ['bpf', false], ['pipefs', false], ['ramfs', false], ['hugetlbfs', false],
  ['devpts', false], ['ext3', true], ['ext2', true], ['ext4', true], ['mqueue', false], ['pstore', false], ['overlay', false],
]
export const CGROUP_V1_NAMES = ['cpuset', 'cpu', 'cpuacct', 'blkio', 'memory', 'devices', 'freezer', 'net_cls', 'perf_event', 'net_prio', 'hugetlb', 'pids', 'rdma', 'misc']
