// INFO: what the server tells about itself, section by section (server.c, genRedisInfoString). Figures that nothing here makes are left out.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, readlink } from '../../libc/unistd.ts'
import { ownPid } from './log.ts'
import type { Server } from './server.ts'

export const VERSION = '7.0.15'

const human = (n: number): string => (n < 1024 ? `${n}B` : n < 1048576 ? `${(n / 1024).toFixed(2)}K` : n < 1073741824 ? `${(n / 1048576).toFixed(2)}M` : `${(n / 1073741824).toFixed(2)}G`)
type Section = (server: Server) => Flow<readonly (readonly [string, string | number])[]>

function* residentBytes(): Flow<number> {
  const status = yield* readFile('/proc/self/status')
  return isErr(status) ? 0 : Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024
}

const SECTIONS: ReadonlyMap<string, Section> = new Map<string, Section>(Object.entries<Section>({
  Server: function* (server) {
    const names = yield* call('uname')
    const exe = yield* readlink('/proc/self/exe')
    const uptime = Math.floor((server.store.now - server.started) / 1000)
    return [
      ['redis_version', VERSION], ['redis_git_sha1', '00000000'], ['redis_git_dirty', 0], ['redis_mode', 'standalone'], ['os', isErr(names) ? '' : `${names.sysname} ${names.release} ${names.machine}`],
      ['arch_bits', 64], ['monotonic_clock', 'POSIX clock_gettime'], ['multiplexing_api', 'epoll'], ['process_id', yield* ownPid()], ['process_supervised', 'no'], ['run_id', server.runId],
      ['tcp_port', server.settings.text('port')], ['server_time_usec', server.store.now * 1000], ['uptime_in_seconds', uptime], ['uptime_in_days', Math.floor(uptime / 86400)],
      ['hz', server.settings.text('hz')], ['configured_hz', server.settings.text('hz')], ['executable', isErr(exe) ? '' : exe], ['config_file', server.configFile], ['io_threads_active', 0],
    ]
  },
  Clients: function* (server) {
    return [['connected_clients', server.clients.size], ['cluster_connections', 0], ['maxclients', server.settings.text('maxclients')], ['blocked_clients', 0], ['tracking_clients', 0], ['clients_in_timeout_table', 0]]
  },
  Memory: function* (server) {
    const used = server.usedMemory()
    const rss = yield* residentBytes()
    const total = yield* call('sysinfo')
    const all = isErr(total) ? 0 : total.totalram
    const limit = server.settings.number('maxmemory')
    return [
      ['used_memory', used], ['used_memory_human', human(used)], ['used_memory_rss', rss], ['used_memory_rss_human', human(rss)], ['total_system_memory', all], ['total_system_memory_human', human(all)],
      ['maxmemory', limit], ['maxmemory_human', human(limit)], ['maxmemory_policy', server.settings.text('maxmemory-policy')], ['mem_allocator', 'jemalloc-5.3.0'],
    ]
  },
  Persistence: function* (server) {
    return [
      ['loading', 0], ['rdb_changes_since_last_save', server.store.dirty], ['rdb_bgsave_in_progress', server.savingChild === undefined ? 0 : 1], ['rdb_last_save_time', Math.floor(server.lastSave / 1000)],
      ['rdb_last_bgsave_status', server.lastSaveFailed ? 'err' : 'ok'], ['rdb_saves', server.saves], ['rdb_last_load_keys_expired', server.loaded.expired], ['rdb_last_load_keys_loaded', server.loaded.keys],
      ['aof_enabled', 0], ['aof_rewrite_in_progress', 0],
    ]
  },
  Stats: function* (server) {
    return [
      ['total_connections_received', server.connections], ['total_commands_processed', server.commands], ['rejected_connections', server.rejected], ['expired_keys', server.store.expired], ['evicted_keys', 0],
      ['keyspace_hits', server.store.hits], ['keyspace_misses', server.store.misses], ['pubsub_channels', 0], ['pubsub_patterns', 0], ['total_forks', server.forks],
    ]
  },
  Replication: function* (server) {
    return [
      ['role', 'master'], ['connected_slaves', 0], ['master_failover_state', 'no-failover'], ['master_replid', server.runId], ['master_replid2', '0'.repeat(40)], ['master_repl_offset', 0],
      ['second_repl_offset', -1], ['repl_backlog_active', 0], ['repl_backlog_size', 1048576], ['repl_backlog_first_byte_offset', 0], ['repl_backlog_histlen', 0],
    ]
  },
  CPU: function* () {
    const self = yield* call('getrusage', false)
    const children = yield* call('getrusage', true)
    const seconds = (ns: number): string => (ns / 1e9).toFixed(6)
    return isErr(self) || isErr(children) ? [] : [
      ['used_cpu_sys', seconds(self.stime)], ['used_cpu_user', seconds(self.utime)], ['used_cpu_sys_children', seconds(children.stime)], ['used_cpu_user_children', seconds(children.utime)],
    ]
  },
  Modules: function* () {
    return []
  },
  Errorstats: function* (server) {
    return [...server.errors].map(([name, count]) => [`errorstat_${name}`, `count=${count}`])
  },
  Cluster: function* () {
    return [['cluster_enabled', 0]]
  },
  Keyspace: function* ({ store }) {
    return store.databases.flatMap(({ values, expires }, n) => {
      if (values.size === 0) return []
      const average = expires.size === 0 ? 0 : Math.floor([...expires.values()].reduce((sum, at) => sum + at - store.now, 0) / expires.size)
      return [[`db${n}`, `keys=${values.size},expires=${expires.size},avg_ttl=${average}`] as const]
    })
  },
}))

export function* infoText(server: Server, wanted: readonly string[]): Flow<string> {
  const names = wanted.map((name) => name.toLowerCase())
  const isAll = names.length === 0 || names.some((name) => ['all', 'default', 'everything'].includes(name))
  const parts: string[] = []
  for (const [name, section] of SECTIONS) {
    if (!isAll && !names.includes(name.toLowerCase())) continue
    const lines = yield* section(server)
    parts.push(`# ${name}\r\n${lines.map(([field, value]) => `${field}:${value}\r\n`).join('')}`)
  }
  return parts.join('\r\n')
}
