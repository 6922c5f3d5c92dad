// Boots the simulated host: kernel, root disk, PID 1 and the kernel's threads, mounts, network, devices. Everything a Debian machine has when it shows its first prompt.
import { isErr } from '../abi/errno.ts'
import { decodeUtf8 } from '../lib/bytes.ts'
import { rootCgroup } from '../kernel/cgroup/cgroup.ts'
import { initCred } from '../kernel/cred/cred.ts'
import { diskOf } from '../kernel/fs/disk.ts'
import { populate, type PopulateNode } from '../kernel/fs/populate.ts'
import { NSEC_PER_SEC } from '../kernel/clock.ts'
import { Kernel, NS_INO, type ProgramCode } from '../kernel/kernel.ts'
import { bootMounts, mountRoot } from '../kernel/mount/boot-mounts.ts'
import { namespaceRootPath } from '../kernel/mount/namespace-root.ts'
import { bootNetwork } from '../kernel/net/boot-net.ts'
import { NetNamespace } from '../kernel/net/net-namespace.ts'
import { SignalState } from '../kernel/signals.ts'
import { attachTask, spawnKernelThread } from '../kernel/task-fork.ts'
import type { Task } from '../kernel/task.ts'
import { readAll } from '../kernel/vfs/exec-file.ts'
import { FdTable } from '../kernel/vfs/fd-table.ts'
import { FsState } from '../kernel/vfs/fs-state.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { dispatcher } from '../syscalls/table.ts'
import { registerFileSystems } from './file-systems.ts'
import { startProgram } from './spawn.ts'
import { FIRST_USER_PID, KERNEL_THREADS, kernelThreadNice } from './kernel-threads.ts'
import { AT_FDCWD } from '../abi/fcntl.ts'

export interface HostOptions {
  readonly seed: number
  readonly bootTimeMs: number
  readonly image: Iterable<PopulateNode>
  readonly programs: ProgramCode
  /** Put on the disk besides the image. */
  readonly more?: Iterable<PopulateNode>
}

/** What passes between the kernel's start and the first prompt: clocks and /proc/uptime don't begin at 0 for users. */
const BOOT_DURATION = 12 * NSEC_PER_SEC

const ROOT = { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }

export function bootHost(options: HostOptions): Kernel {
  const kernel = new Kernel({ seed: options.seed, bootTimeMs: options.bootTimeMs, hostname: 'host', programs: options.programs, dispatcher })
  kernel.trace.enabled = false
  registerFileSystems(kernel)
  populate(diskOf(kernel).root, options.more === undefined ? options.image : [...options.image, ...options.more])
  const init = makeInit(kernel)
  kernel.initTask = init
  bootMounts(init)
  bootNetwork(init)
  startKernelThreads(kernel, init)
  kernel.initPidNs.lastPid = FIRST_USER_PID
  startProgram(init, ROOT, '/sbin/init', ['/sbin/init'])
  kernel.clock.advance(BOOT_DURATION)
  rootCgroup(kernel).psi.startAnew(kernel.clock.now)
  kernel.trace.enabled = true
  return kernel
}

function makeInit(kernel: Kernel): Task {
  const mnt = kernel.addNamespace(mountRoot(kernel, NS_INO.mnt)).hold('initial')
  const net = kernel.addNamespace(new NetNamespace(kernel, kernel.initUserNs, NS_INO.net)).hold('initial')
  const root = namespaceRootPath(mnt)
  const { initUtsNs: uts, initIpcNs: ipc, initCgroupNs: cgroup, initTimeNs: time, initPidNs } = kernel
  return attachTask(
    {
      kernel, pid: initPidNs.allocPid(), parent: undefined, cred: initCred(kernel.initUserNs),
      nsproxy: { uts, ipc, mnt, net, cgroup, time, timeForChildren: time, pidForChildren: initPidNs },
      fs: new FsState(root, root, 0o022), files: new FdTable(), signals: new SignalState(), comm: 'init',
    },
    undefined,
  )
}

function startKernelThreads(kernel: Kernel, init: Task): void {
  let kthreadd: Task | undefined
  for (const [pid, name] of KERNEL_THREADS) {
    kernel.initPidNs.lastPid = pid - 1
    const thread = spawnKernelThread(kernel, kthreadd, init, name)
    thread.nice = kernelThreadNice(name)
    kthreadd ??= thread
  }
}

/** A text file of the host, read as root; undefined if it isn't there. */
export function readHostFile(init: Task, path: string): string | undefined {
  try {
    return decodeUtf8(readAll(pathLookup(init, AT_FDCWD, path, LOOKUP_FOLLOW).dentry.inode))
  } catch (thrown) {
    if (isErr(thrown)) return undefined
    throw thrown
  }
}
