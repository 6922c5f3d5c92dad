// Every event the kernel can emit: its name and one sentence about it, made of its data. Fields are what the emitting line passes; ids only.
import type { KernelEvent } from './emitter.ts'

type Data = KernelEvent['data']
const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value))
const capName = (data: Data): string => String(data.cap).toUpperCase()

/** Why a capability check came out as it did: the rules of user_namespaces(7). */
const CAP_RULES: Readonly<Record<string, string>> = {
  'effective-set': 'the process is in that user namespace and has it in its effective set',
  ancestor: 'the process has it in a parent of that user namespace',
  owner: 'the process owns that user namespace from its parent',
  'not-in-effective-set': 'the process is in the right place, but the capability is not in its effective set',
  'not-an-ancestor': 'the process is neither in that user namespace nor in a parent of it: what it holds elsewhere counts for nothing here',
}

const SECCOMP_WORDS: ReadonlyMap<number, string> = new Map([
  [0x30000, 'sends SIGSYS for'], [0x50000, 'refuses'], [0x7fc00000, 'has no listener to ask about'], [0x7ff00000, 'has no tracer to ask about'], [0x7ffc0000, 'logs'],
])

const NUD_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'asked for'], [2, 'reachable'], [4, 'known, but not confirmed of late'], [8, 'about to be asked again'], [16, 'asked again'], [32, 'not answering'], [64, 'in no need of an address'], [128, 'set for good'],
])
const about = (d: Data): string => `packet ${String(d.packet)}, ${String(d.what)} from ${String(d.from)} to ${String(d.to)},`

/** name → what happened, as the end of the sentence “The kernel …” or a sentence of its own. */
export const EVENTS: Readonly<Record<string, (data: Data) => string>> = {
  'sys.enter': (d) => `the program calls ${String(d.nr)}`,
  'sys.exit': () => 'the call returns',
  'cap.check': (d) => `${capName(d)} in user namespace ${String(d.userns)}: ${d.granted === true ? 'granted' : 'refused'}, since ${CAP_RULES[String(d.rule)] ?? String(d.rule)}`,
  'cred.change': (d) => `credentials are now uid ${String(d.uid)} (effective ${String(d.euid)}), gid ${String(d.gid)}, capabilities ${String(d.effective)} in user namespace ${String(d.userns)}`,
  'file.refused': (d) => `${String(d.path)} is refused (${String(d.error)}) by the rule “${String(d.rule)}”: mode ${(Number(d.mode) & 0o7777).toString(8)}, owner ${String(d.uid)}:${String(d.gid)}, asked by ${String(d.fsuid)}:${String(d.fsgid)}`,
  'device.refused': (d) => `the cgroup ${String(d.cgroup)} does not allow ${String(d.access)} of the device ${String(d.type)} ${String(d.major)}:${String(d.minor)}`,
  'ptrace.check': (d) => `looking into process ${String(d.target)}: ${d.granted === true ? 'granted' : 'refused'} (${String(d.rule)})`,
  'seccomp.act': (d) => `seccomp ${SECCOMP_WORDS.get(Number(d.action)) ?? 'ends the process for'} ${String(d.nr)}${Number(d.data) === 0 ? '' : ` (${String(d.data)})`}`,
  'userns.refused': (d) => (d.why === 'chroot' ? 'no user namespace for a process in a chroot' : 'no user namespace for ids that have no mapping'),
  'idmap.set': (d) => `${String(d.map)} of user namespace ${String(d.userns)} is set`,
  'idmap.setgroups': (d) => `setgroups is now denied in user namespace ${String(d.userns)}`,
  'idmap.refused': (d) => `${String(d.map)} of user namespace ${String(d.userns)} is refused (${String(d.error)}): ${String(d.rule)}`,
  'ns.new': (d) => `makes a ${String(d.type)} namespace, ${String(d.ns)}`,
  'ns.end': (d) => `${String(d.type)} namespace ${String(d.ns)} is gone: nobody held it any more`,
  'ns.enter': () => 'the process is now in other namespaces',
  'uts.hostname': (d) => `the host name of UTS namespace ${String(d.ns)} is now ${String(d.name)}`,
  'sysctl.write': (d) => `${String(d.name)} is now ${String(d.value)}`,
  'task.fork': (d) => `makes process ${list(d.pids)}${Array.isArray(d.pids) && d.pids.length > 1 ? ' (its numbers from the host inwards)' : ''}`,
  'task.exec': (d) => `the process now runs ${String(d.path)}`,
  'task.exit': (d) => `process ${String(d.comm)} ends${Number(d.status) === 0 ? '' : `, status word ${String(d.status)}`}`,
  'task.reparent': (d) => `an orphan: its parent is now process ${String(d.to)}`,
  'task.stop': (d) => `the process is stopped by SIG${String(d.sig)}`,
  'signal.send': (d) => `SIG${String(d.sig)} for process ${String(d.to)}${d.unkillable === true ? ' is dropped: the init of a PID namespace gets only signals it handles' : d.dropped === true ? ' is ignored' : ''}`,
  'signal.deliver': (d) => `SIG${String(d.sig)} arrives${d.handler === 'function' ? ' and its handler runs' : d.handler === 'ignore' ? ' and is ignored' : ''}`,
  'mount.add': (d) => `mounts ${String(d.source ?? '')} on ${String(d.at ?? '')}`,
  'mount.move': (d) => `moves a mount to ${String(d.at ?? '')}`,
  'mount.change': (d) => `changes the options of the mount at ${String(d.at)}`,
  'mount.propagation': (d) => `the mount is now ${String(d.type)}`,
  'mount.propagate': (d) => `the mount appears in ${Array.isArray(d.to) ? d.to.length : 0} more places, its peers and slaves`,
  'mount.umount': (d) => `a mount is taken off${d.at === undefined ? '' : ` ${String(d.at)}`}`,
  'mount.busy': (d) => `the mount is in use: ${String(d.pins)} open files or directories, ${Array.isArray(d.children) ? d.children.length : 0} mounts on it`,
  'mount.pivot': () => 'the root of the mount namespace is another mount now',
  'overlay.copy-up': (d) => `copies ${String(d.name)} up into the writable layer`,
  'cgroup.refused': (d) => (d.controller === 'pids' ? `the pids controller refuses a fork: cgroup ${String(d.group)} may have ${String(d.limit)} tasks` : `moving a process needs the right to write ${String(d.group)}/cgroup.procs, the nearest common ancestor`),
  'cgroup.throttle': (d) => `cgroup ${String(d.group)} has used up its CPU quota and waits for the next period`,
  'cgroup.freeze': (d) => `cgroup ${String(d.group)} is ${d.frozen === true ? 'frozen' : 'thawed'}`,
  'oom.kill': (d) => `memory is used up in cgroup ${String(d.group)}: the OOM killer ends process ${String(d.victim)} (${String(d.comm)})`,
  'cgroup.attach': (d) => `moves a process from cgroup ${String(d.from)} to ${String(d.to)}`,
  'packet.send': (d) => `${about(d)} is sent${d.device === '' ? '' : `, by ${String(d.device)}`}`,
  'packet.wait': (d) => `${about(d)} waits until somebody answers for ${String(d.for)}`,
  'packet.xmit': (d) => `${about(d)} leaves by ${String(d.device)}`,
  'packet.receive': (d) => `${about(d)} comes in by ${String(d.device)}`,
  'packet.bridge': (d) => `bridge ${String(d.device)} passes on ${about(d)}${d.isFlood === true ? `, not knowing where its receiver is, to ${d.out === '' ? 'nobody' : String(d.out)}` : ` to ${String(d.out)}`}`,
  'packet.hook': (d) => `netfilter, ${String(d.hook)}: ${d.verdict === 'accept' ? 'go on' : String(d.verdict)}${d.reason === undefined ? '' : ` (${String(d.reason)})`}${d.newFrom === undefined ? '' : `, now from ${String(d.newFrom)} to ${String(d.newTo)}`}`,
  'packet.forward': (d) => `${about(d)} is passed on from ${String(d.device)} to ${String(d.out)}, ${String(d.ttl)} hops left`,
  'packet.deliver': (d) => `${about(d)} has arrived`,
  'packet.drop': (d) => `${about(d)} is dropped: ${String(d.reason)}`,
  'neigh.change': (d) => `neighbour ${String(d.address)} on ${String(d.device)} is now ${NUD_NAMES.get(Number(d.state)) ?? String(d.state)}${d.lladdr === '' ? '' : `, ${String(d.lladdr)}`}`,
  'task.core': (d) => (d.dumped === true ? `its core is dumped as kernel.core_pattern says: ${String(d.pattern)}` : 'no core is dumped'),
  'apparmor.check': (d) => `AppArmor${d.profile === undefined ? '' : `, profile ${String(d.profile)}`}: ${String(d.operation)} ${d.name === undefined ? '' : `${String(d.name)} `}${d.verdict === 'DENIED' ? 'is refused' : d.verdict === 'ALLOWED' ? 'is only logged (complain mode)' : 'is noted'}`,
  'apparmor.change': (d) => `the process ${d.atExec === true ? 'will be' : 'is now'} confined by AppArmor profile ${String(d.profile)}`,
  'link.new': (d) => `network device ${String(d.name)} is there`,
  'link.del': (d) => `network device ${String(d.name)} is gone`,
  'link.move': (d) => `network device ${String(d.name)} moves to network namespace ${String(d.to)}`,
  'tcp.state': (d) => `the TCP connection of ${String(d.local)} with ${String(d.peer)} is now ${String(d.state)}`,
  'kernel.bug': (d) => `a fault of the simulator: ${String(d.text)}`,
}

/** One event as a sentence. */
export const sentence = (event: KernelEvent): string => EVENTS[event.name]?.(event.data) ?? event.name
