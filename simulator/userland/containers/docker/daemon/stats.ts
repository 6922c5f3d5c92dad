// GET /containers/ID/stats: the files of the container's cgroup and the counters of its devices, once a second.
import { isErr } from '../../../../abi/errno.ts'
import { NLM_F_DUMP } from '../../../../abi/netlink.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../../lib/bytes.ts'
import { readFile } from '../../../libc/unistd.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import type { Exchange } from './http-server.ts'
import { ask, inNamespace } from './rtnl.ts'
import { timestamp, ZERO_TIME } from './util.ts'

const ONE_SECOND = 1000

function* keyed(path: string): Flow<ReadonlyMap<string, number>> {
  const text = yield* readFile(path)
  if (isErr(text)) return new Map()
  return new Map(text.split('\n').filter((l) => l !== '').map((l) => {
    const [key, value] = l.split(' ')
    return [key, Number(value)]
  }))
}
function* single(path: string): Flow<number> {
  const text = yield* readFile(path)
  if (isErr(text)) return 0
  return text.trim() === 'max' ? 0 : Number(text)
}

interface CpuSample {
  readonly usage: number
  readonly user: number
  readonly system: number
  readonly total: number
}
function* cpuSample(cgroup: string): Flow<CpuSample> {
  const stat = yield* keyed(`${cgroup}/cpu.stat`)
  const text = yield* readFile('/proc/stat')
  const words = isErr(text) ? [] : text.split('\n')[0].trim().split(/\s+/).slice(1, 8).map(Number)
  const total = words.reduce((a, b) => a + b, 0) * 1e7
  return { usage: (stat.get('usage_usec') ?? 0) * 1000, user: (stat.get('user_usec') ?? 0) * 1000, system: (stat.get('system_usec') ?? 0) * 1000, total }
}
const cpuJson = (s: CpuSample | undefined): unknown =>
  s === undefined
    ? { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 }, throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 } }
    : { cpu_usage: { total_usage: s.usage, usage_in_kernelmode: s.system, usage_in_usermode: s.user }, system_cpu_usage: s.total, online_cpus: 1, throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 } }

function* networks(container: Container): Flow<Record<string, unknown>> {
  const result: Record<string, unknown> = {}
  if (container.state.pid === 0 || container.hostConfig.NetworkMode === 'host' || container.hostConfig.NetworkMode.startsWith('container:')) return result
  const links = yield* inNamespace(`/proc/${container.state.pid}/ns/net`, function* () {
    const { replies } = yield* ask({ type: 'RTM_GETLINK', flags: NLM_F_DUMP })
    return replies.flatMap((r) => (r.type === 'RTM_NEWLINK' && r.link.name !== 'lo' ? [r.link] : []))
  })
  for (const { name, rx, tx } of isErr(links) ? [] : links) {
    result[name] = { rx_bytes: rx.bytes, rx_packets: rx.packets, rx_errors: rx.errors, rx_dropped: rx.dropped, tx_bytes: tx.bytes, tx_packets: tx.packets, tx_errors: tx.errors, tx_dropped: tx.dropped }
  }
  return result
}

function* sample(container: Container, before: CpuSample | undefined, preread: string): Flow<{ readonly json: unknown; readonly cpu: CpuSample; readonly read: string }> {
  const cgroup = `/sys/fs/cgroup/docker/${container.id}`
  const cpu = yield* cpuSample(cgroup)
  const memory = yield* keyed(`${cgroup}/memory.stat`)
  const limit = yield* single(`${cgroup}/memory.max`)
  const meminfo = yield* readFile('/proc/meminfo')
  const total = isErr(meminfo) ? 0 : Number(/MemTotal:\s+(\d+)/.exec(meminfo)?.[1] ?? 0) * 1024
  const io = yield* readFile(`${cgroup}/io.stat`)
  const bytes = (key: string): number => [...(isErr(io) ? '' : io).matchAll(new RegExp(`${key}=(\\d+)`, 'g'))].reduce((sum, m) => sum + Number(m[1]), 0)
  const read = yield* timestamp()
  const pids = yield* single(`${cgroup}/pids.current`)
  const pidsLimit = yield* single(`${cgroup}/pids.max`)
  const json = {
    read, preread, pids_stats: { current: pids, ...(pidsLimit === 0 ? {} : { limit: pidsLimit }) },
    blkio_stats: { io_service_bytes_recursive: [{ major: 254, minor: 0, op: 'read', value: bytes('rbytes') }, { major: 254, minor: 0, op: 'write', value: bytes('wbytes') }] },
    num_procs: 0, storage_stats: {}, cpu_stats: cpuJson(cpu), precpu_stats: cpuJson(before),
    memory_stats: { usage: yield* single(`${cgroup}/memory.current`), stats: Object.fromEntries(memory), limit: limit === 0 ? total : limit },
    name: `/${container.name}`, id: container.id, networks: yield* networks(container),
  }
  return { json, cpu, read }
}

export function* sendStats(daemon: Daemon, container: Container, x: Exchange): Flow<void> {
  const isStream = x.get('stream') === '' || x.flag('stream')
  if (!container.state.running) {
    const empty = { read: ZERO_TIME, preread: ZERO_TIME, pids_stats: {}, blkio_stats: {}, num_procs: 0, storage_stats: {}, cpu_stats: cpuJson(undefined), precpu_stats: cpuJson(undefined), memory_stats: {}, name: `/${container.name}`, id: container.id }
    return yield* x.sendJson(200, empty)
  }
  yield* x.startStream()
  let before: CpuSample | undefined
  let preread = ZERO_TIME
  if (!isStream && !x.flag('one-shot')) {
    const first = yield* sample(container, undefined, ZERO_TIME)
    before = first.cpu
    preread = first.read
    yield* daemon.rt.sleep(ONE_SECOND)
  }
  for (;;) {
    const now = yield* sample(container, before, preread)
    yield* x.stream(encodeUtf8(`${JSON.stringify(now.json)}\n`))
    before = now.cpu
    preread = now.read
    if (!isStream || x.isBroken) return
    yield* daemon.rt.sleep(ONE_SECOND)
    if (!container.state.running) return
  }
}
