// The fixed part of /sys on the reference machine: `directory/`, `file=value` (444) or `file:644=value`, `link -> target`. Directories on the way need no line.
export const SYSFS_TREE = `
block/vda -> ../devices/pci0000:00/0000:00:03.0/virtio1/block/vda
bus/acpi/
bus/clockevents/
bus/clocksource/
bus/container/
bus/cpu/
bus/event_source/
bus/memory/
bus/node/
bus/pci/
bus/platform/
bus/pnp/
bus/serial/
bus/serio/
bus/virtio/
bus/workqueue/
class/bdi/
class/block/vda -> ../../devices/pci0000:00/0000:00:03.0/virtio1/block/vda
class/graphics/
class/input/
class/leds/
class/mem/null -> ../../devices/virtual/mem/null
class/misc/
class/power_supply/
class/rtc/rtc0 -> ../../devices/platform/rtc_cmos/rtc/rtc0
class/thermal/
class/tty/tty -> ../../devices/virtual/tty/tty
class/vc/
class/vtconsole/
class/wakeup/
dev/block/254:0 -> ../../devices/pci0000:00/0000:00:03.0/virtio1/block/vda
dev/char/
devices/LNXSYSTM:00/
devices/breakpoint/
devices/msr/
devices/pci0000:00/0000:00:02.0/vendor=0x1af4
devices/pci0000:00/0000:00:02.0/device=0x1000
devices/pci0000:00/0000:00:02.0/virtio0/vendor=0x1af4
devices/pci0000:00/0000:00:03.0/vendor=0x1af4
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/alignment_offset=0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/capability=0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/dev=254:0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/diskseq=1
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/hidden=0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/holders/
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/queue/logical_block_size=512
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/queue/physical_block_size=512
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/queue/rotational:644=1
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/queue/scheduler:644=[none] mq-deadline
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/range=16
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/removable=0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/ro=0
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/serial=
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/size=10485760
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/slaves/
devices/pci0000:00/0000:00:03.0/virtio1/block/vda/subsystem -> ../../../../../../class/block
devices/platform/
devices/pnp0/
devices/software/
devices/system/clocksource/clocksource0/available_clocksource=tsc hpet acpi_pm
devices/system/clocksource/clocksource0/current_clocksource:644=tsc
devices/system/cpu/cpu0/topology/core_id=0
devices/system/cpu/cpu0/topology/physical_package_id=0
devices/system/cpu/isolated=
devices/system/cpu/kernel_max=8191
devices/system/cpu/offline=1-254
devices/system/cpu/online=0
devices/system/cpu/possible=0-254
devices/system/cpu/present=0
devices/system/cpu/smt/active=0
devices/system/cpu/smt/control:644=notsupported
devices/system/memory/block_size_bytes=8000000
devices/system/node/node0/cpulist=0
devices/system/node/online=0
devices/system/node/possible=0
devices/tracepoint/
devices/virtual/bdi/
devices/virtual/dmi/id/product_name=Standard PC (Q35 + ICH9, 2009)
devices/virtual/dmi/id/sys_vendor=QEMU
devices/virtual/mem/null/dev=1:3
devices/virtual/misc/
devices/virtual/tty/tty/dev=5:0
firmware/acpi/
firmware/dmi/
firmware/memmap/
fs/bpf/
fs/cgroup/
fs/ext4/vda/
fs/ext4/features/
fs/pstore/
hypervisor/
kernel/boot_params/
kernel/btf/
kernel/cgroup/delegate=cgroup.procs
kernel/cgroup/features=nsdelegate\\nfavordynmods\\nmemory_localevents\\nmemory_recursiveprot
kernel/debug/
kernel/fscaps=1
kernel/iommu_groups/
kernel/irq/
kernel/kexec_crash_loaded=0
kernel/kexec_crash_size:644=0
kernel/kexec_loaded=0
kernel/livepatch/
kernel/mm/hugepages/hugepages-2048kB/nr_hugepages:644=0
kernel/mm/ksm/run:644=0
kernel/mm/lru_gen/enabled:644=0x0000
kernel/mm/numa/demotion_enabled:644=false
kernel/mm/swap/vma_ra_enabled:644=true
kernel/mm/transparent_hugepage/defrag:644=always defer defer+madvise [madvise] never
kernel/mm/transparent_hugepage/enabled:644=[always] madvise never
kernel/notes=
kernel/oops_count=0
kernel/profiling:644=0
kernel/rcu_expedited:644=0
kernel/rcu_normal:644=0
kernel/reboot/
kernel/security/
kernel/slab/
kernel/software_nodes/
kernel/tracing/
kernel/uevent_seqnum=1200
kernel/vmcoreinfo=0
kernel/warn_count=0
module/apparmor/parameters/audit:600=normal
module/apparmor/parameters/audit_header:600=Y
module/apparmor/parameters/debug:600=N
module/apparmor/parameters/enabled=Y
module/apparmor/parameters/export_binary:600=Y
module/apparmor/parameters/hash_policy:600=Y
module/apparmor/parameters/lock_policy:600=N
module/apparmor/parameters/logsyscall:600=N
module/apparmor/parameters/mode:600=enforce
module/apparmor/parameters/paranoid_load=Y
module/apparmor/parameters/path_max:400=8192
module/apparmor/parameters/rawdata_compression_level:400=-1
power/disk:644=[disabled]
power/mem_sleep:644=[s2idle] shallow deep
power/state:644=freeze mem
power/wakeup_count:644=0
`
/** Directories that exist only to be mounted on. */
export const SYSFS_MOUNT_POINTS: ReadonlySet<string> = new Set(['fs/bpf', 'fs/cgroup', 'fs/pstore', 'kernel/debug', 'kernel/security', 'kernel/tracing'])
