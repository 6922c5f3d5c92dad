// The machine's hardware as QEMU's command line. The image build boots it and saves its state; the drivers restore that state into the same hardware,
// so every word about a device here must be the same for both. Descriptors are numbers in QEMU's own table: it opens no path but its own firmware.

/** Debian 12's QEMU knows this machine, and so does every later one. */
const MACHINE = 'pc-i440fx-7.2'

/** Denied to QEMU by seccomp: obsolete calls, gaining privileges, starting programs, changing priorities and CPU sets. */
export const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'

export type Accelerator = 'tcg' | 'kvm'

export interface Hardware {
  readonly accelerator: Accelerator
  /** MiB */
  readonly memory: number
  /** The file with the machine's RAM: written through while the image is made (`shared`), else a template of which the machine has private pages. */
  readonly ram: { readonly path: string; readonly shared: boolean }
  /** Descriptors of the disk's layers: the lowest first, only read and shared by all machines; the last is the machine's own. */
  readonly disk: readonly number[]
  /** Descriptors of connected sockets. */
  readonly agent: number
  readonly qmp: number
  /** Kernel to boot; without one the machine waits for a state. */
  readonly boot?: { readonly kernel: string; readonly initrd: string; readonly append: string; readonly console: string }
}

export function qemuArguments({ accelerator, memory, ram, disk, agent, qmp, boot }: Hardware): string[] {
  return [
    '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-sandbox', SANDBOX, '-name', 'isolab',
    '-machine', `${MACHINE},memory-backend=ram,usb=off,vmport=off,hpet=off`, '-cpu', 'qemu64', '-smp', '1', '-m', `${memory}M`,
    '-accel', accelerator === 'tcg' ? 'tcg,tb-size=96' : 'kvm',
    '-object', `memory-backend-file,id=ram,size=${memory}M,mem-path=${ram.path},share=${ram.shared ? 'on' : 'off'}`,
    ...disk.flatMap((descriptor, n) => layerArguments(descriptor, n, n === disk.length - 1)),
    '-device', `virtio-blk-pci,drive=layer${disk.length - 1}`,
    // The guest sees a network card and a gateway; `restrict` lets nothing through to anywhere.
    '-netdev', 'user,id=net,restrict=on', '-device', 'virtio-net-pci,netdev=net,mac=52:54:00:12:34:56,romfile=',
    '-chardev', `socket,id=agent,fd=${agent}`, '-device', 'virtio-serial-pci,id=ports,max_ports=2', '-device', 'virtserialport,bus=ports.0,nr=1,chardev=agent,name=isolab.agent',
    '-chardev', `socket,id=qmp,fd=${qmp}`, '-mon', 'chardev=qmp,mode=control',
    '-serial', boot === undefined ? 'null' : `file:${boot.console}`,
    ...(boot === undefined ? ['-incoming', 'defer'] : ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', boot.append]),
  ]
}

/** One qcow2 file of the chain, over the one before it. What a machine writes needs no flushing: it dies with the machine. */
function layerArguments(descriptor: number, n: number, isOwn: boolean): string[] {
  const access = isOwn ? 'cache.no-flush=on' : 'read-only=on'
  return [
    '-add-fd', `set=${n + 1},fd=${descriptor}`,
    '-blockdev', `driver=file,node-name=file${n},filename=/dev/fdset/${n + 1},locking=off,${access}`,
    '-blockdev', `driver=qcow2,node-name=layer${n},file=file${n},${n > 0 ? `backing=layer${n - 1},` : ''}${isOwn ? 'discard=unmap,' : ''}${access}`,
  ]
}
