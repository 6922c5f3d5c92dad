// What the directives mean: listening sockets, servers, locations. Directives that only tune are taken and change nothing; those that would do something
// which isn't simulated are refused when the configuration is read.
import { inPrefix, type IpVersion, parseIp } from '../../../lib/ip.ts'
import { ConfigError, type Directive } from './config-parse.ts'

export interface Listen {
  readonly family: 'inet' | 'inet6'
  readonly addr: string
  readonly port: number
  readonly isDefault: boolean
}
export interface Location {
  readonly modifier: '' | '=' | '^~' | '~' | '~*'
  readonly pattern: string
  readonly regex: RegExp | undefined
  readonly settings: Settings
}
/** One `allow` or `deny`; without a network it is for everybody. */
export interface AccessRule {
  readonly allows: boolean
  readonly network: { readonly family: IpVersion; readonly address: bigint; readonly bits: number } | undefined
}
/** What a location inherits from its server, and that from http. */
export interface Settings {
  root: string
  alias: string | undefined
  index: readonly string[]
  tryFiles: readonly string[] | undefined
  returns: readonly string[] | undefined
  autoindex: boolean
  /** The first that fits decides. */
  rules: readonly AccessRule[]
  /** Bytes; 0: any. */
  maxBody: number
  etag: boolean
  ifModifiedSince: 'off' | 'exact'
  gzip: boolean
  /** Seconds a connection waits for the next request; 0: it is closed after each. */
  keepAlive: number
  logsNotFound: boolean
  tellsVersion: boolean
  errorLog: string | undefined
  accessLog: string | undefined
  defaultType: string
  addHeaders: readonly (readonly [string, string])[]
  errorPages: ReadonlyMap<number, string>
}
export interface Server {
  readonly listens: readonly Listen[]
  readonly names: readonly string[]
  readonly settings: Settings
  readonly locations: readonly Location[]
}
export interface Config {
  readonly user: string | undefined
  readonly userPlace: string
  readonly workers: number
  readonly pidFile: string
  readonly daemon: boolean
  readonly masterProcess: boolean
  readonly errorLog: string
  readonly servers: readonly Server[]
  readonly types: ReadonlyMap<string, string>
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))
/** Known, and nothing a client or an administrator could see depends on them here: sizes of buffers and tables, ways to do the same system calls, TLS that no server offers. */
const TUNING = words(`
  accept_mutex client_body_buffer_size client_header_buffer_size lock_file multi_accept pcre_jit sendfile server_names_hash_bucket_size server_names_hash_max_size
  ssl_ciphers ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_timeout tcp_nodelay tcp_nopush types_hash_bucket_size types_hash_max_size use
  variables_hash_max_size worker_connections`)
const MISSING = words(`proxy_pass fastcgi_pass uwsgi_pass scgi_pass rewrite if set map upstream auth_basic auth_basic_user_file limit_req limit_req_zone limit_conn stub_status mail stream
  ssl_certificate ssl_certificate_key sub_filter mirror split_clients geo proxy_set_header proxy_http_version proxy_redirect fastcgi_param internal auth_request
  charset client_body_timeout client_header_timeout env expires gzip_buffers gzip_comp_level gzip_disable gzip_http_version gzip_min_length gzip_proxied gzip_types gzip_vary
  keepalive_requests large_client_header_buffers lingering_close limit_except limit_rate load_module log_format log_subrequest merge_slashes open_file_cache open_log_file_cache
  port_in_redirect real_ip_header reset_timedout_connection resolver satisfy send_timeout server_name_in_redirect set_real_ip_from ssl_session_tickets underscores_in_headers
  worker_cpu_affinity worker_priority worker_rlimit_nofile worker_shutdown_timeout absolute_redirect msie_padding random_index valid_referers`)

/** Thrown for directives that are real, but not simulated. */
export class Unsimulated {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

function refuse(d: Directive): never {
  if (MISSING.has(d.name)) throw new Unsimulated(`the directive ${d.name}`)
  throw new ConfigError(`unknown directive "${d.name}" in ${d.place}`)
}
function needArgs(d: Directive, least: number, most = Infinity): void {
  if (d.args.length < least || d.args.length > most) throw new ConfigError(`invalid number of arguments in "${d.name}" directive in ${d.place}`)
}
function flag(d: Directive): boolean {
  needArgs(d, 1, 1)
  if (d.args[0] !== 'on' && d.args[0] !== 'off') throw new ConfigError(`invalid value "${d.args[0]}" in "${d.name}" directive, it must be "on" or "off" in ${d.place}`)
  return d.args[0] === 'on'
}
function block(d: Directive): readonly Directive[] {
  if (d.block === undefined) throw new ConfigError(`directive "${d.name}" has no opening "{" in ${d.place}`)
  return d.block
}

/** `10k`, `8m`, `1g`, or bytes (ngx_parse_offset). */
function sizeOf(d: Directive): number {
  needArgs(d, 1, 1)
  const match = /^(\d+)([kmg]?)$/i.exec(d.args[0])
  if (match === null) throw new ConfigError(`"${d.name}" directive invalid value in ${d.place}`)
  return Number(match[1]) * 1024 ** ' kmg'.indexOf(match[2].toLowerCase() || ' ')
}
/** `65`, `65s`, `2m`: seconds. */
function secondsOf(d: Directive, text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(text)
  if (match === null) throw new ConfigError(`"${d.name}" directive invalid value in ${d.place}`)
  return Number(match[1]) * ({ ms: 0.001, m: 60, h: 3600, d: 86_400 }[match[2]] ?? 1)
}
function accessRule(d: Directive): AccessRule {
  needArgs(d, 1, 1)
  const [text] = d.args
  const allows = d.name === 'allow'
  if (text === 'all') return { allows, network: undefined }
  if (text === 'unix:') throw new Unsimulated(`${d.name} unix:`)
  const [host, length] = text.split('/')
  const family = host.includes(':') ? 'inet6' : 'inet'
  const most = family === 'inet' ? 32 : 128
  const address = parseIp(family, host)
  if (address === undefined || (length !== undefined && (!/^\d+$/.test(length) || Number(length) > most))) throw new ConfigError(`invalid parameter "${text}" in ${d.place}`)
  return { allows, network: { family, address, bits: length === undefined ? most : Number(length) } }
}
/** Whether the rules let an address in (ngx_http_access_handler). */
export function isAllowed(rules: readonly AccessRule[], addr: string): boolean {
  const family = addr.includes(':') ? 'inet6' : 'inet'
  const address = parseIp(family, addr)
  const rule = rules.find(({ network }) => network === undefined || (address !== undefined && network.family === family && inPrefix(family, address, network.address, network.bits)))
  return rule === undefined || rule.allows
}

const PREFIX = '/usr/share/nginx'
const absolute = (path: string): string => (path.startsWith('/') ? path : `${PREFIX}/${path}`)

function errorLogOf(d: Directive): string {
  needArgs(d, 1, 2)
  const [where, level] = d.args
  if (level !== undefined && level !== 'error') throw new Unsimulated(`the level ${level} of error_log`)
  if (/^(syslog|memory):/.test(where)) throw new Unsimulated(`error_log ${where}`)
  return where === 'stderr' ? 'stderr' : absolute(where)
}

export function readConfig(directives: readonly Directive[], cpus: number): Config {
  const main = { user: undefined as string | undefined, userPlace: '', workers: 1, pidFile: '/run/nginx.pid', daemon: true, masterProcess: true, errorLog: 'stderr' }
  let http: readonly Directive[] | undefined
  let hasEvents = false
  for (const d of directives) {
    switch (d.name) {
      case 'user':
        main.user = d.args[0]
        main.userPlace = d.place
        break
      case 'worker_processes':
        main.workers = d.args[0] === 'auto' ? cpus : Number(d.args[0])
        if (!Number.isInteger(main.workers) || main.workers < 1) throw new ConfigError(`invalid value "${d.args[0]}" in ${d.place}`)
        break
      case 'pid':
        main.pidFile = absolute(d.args[0])
        break
      case 'daemon':
        main.daemon = flag(d)
        break
      case 'master_process':
        main.masterProcess = flag(d)
        break
      case 'error_log':
        main.errorLog = errorLogOf(d)
        break
      case 'events':
        for (const inner of block(d)) if (!TUNING.has(inner.name)) refuse(inner)
        hasEvents = true
        break
      case 'http':
        http = block(d)
        break
      default:
        if (!TUNING.has(d.name)) refuse(d)
    }
  }
  if (!hasEvents) throw new ConfigError('no "events" section in configuration')
  const types = new Map<string, string>()
  return { ...main, servers: readHttp(http ?? [], types), types }
}

export const DEFAULTS = {
  rules: [], maxBody: 1024 ** 2, etag: true, ifModifiedSince: 'exact', gzip: false, keepAlive: 75, logsNotFound: true, tellsVersion: true, errorLog: undefined,
} as const

function readHttp(list: readonly Directive[], types: Map<string, string>): Server[] {
  const base: Settings = {
    root: `${PREFIX}/html`, alias: undefined, index: ['index.html'], tryFiles: undefined, returns: undefined, autoindex: false, accessLog: '/var/log/nginx/access.log',
    defaultType: 'text/plain', addHeaders: [], errorPages: new Map(), ...DEFAULTS,
  }
  const settings = applySettings(base, list, new Set(['server', 'types']))
  for (const d of list) if (d.name === 'types') for (const line of block(d)) for (const extension of line.args) types.set(extension, line.name)
  return list.filter(({ name }) => name === 'server').map((d) => readServer(block(d), settings))
}

function readServer(list: readonly Directive[], inherited: Settings): Server {
  const settings = applySettings(inherited, list, new Set(['listen', 'server_name', 'location']))
  const listens = list.filter(({ name }) => name === 'listen').map(readListen)
  const names = list.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args)
  const locations = list.filter(({ name }) => name === 'location').map((d) => readLocation(d, settings))
  return { listens: listens.length === 0 ? [{ family: 'inet', addr: '0.0.0.0', port: 80, isDefault: false }] : listens, names, settings, locations }
}

function readListen(d: Directive): Listen {
  needArgs(d, 1)
  const [where, ...options] = d.args
  if (where.startsWith('unix:')) throw new Unsimulated('listen on a unix socket')
  if (options.includes('ssl')) throw new Unsimulated('listen with ssl')
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:]+):)?(\d+)$/.exec(where) ?? /^(\[[0-9a-fA-F:]+\]|[^:]+)$/.exec(where)
  if (match === null) throw new ConfigError(`host not found in "${where}" of the "listen" directive in ${d.place}`)
  const host = match[1] === '*' || match[1] === undefined ? '0.0.0.0' : match[1] === 'localhost' ? '127.0.0.1' : match[1]
  const port = match[2] === undefined ? 80 : Number(match[2])
  if (port < 1 || port > 65535) throw new ConfigError(`invalid port in "${where}" of the "listen" directive in ${d.place}`)
  const isV6 = host.startsWith('[')
  if (!isV6 && !/^\d+\.\d+\.\d+\.\d+$/.test(host)) throw new ConfigError(`host not found in "${where}" of the "listen" directive in ${d.place}`)
  return { family: isV6 ? 'inet6' : 'inet', addr: isV6 ? host.slice(1, -1) : host, port, isDefault: options.includes('default_server') || options.includes('default') }
}

function readLocation(d: Directive, inherited: Settings): Location {
  needArgs(d, 1, 2)
  const [first, second] = d.args
  const modifier = second === undefined ? '' : first
  if (modifier !== '' && modifier !== '=' && modifier !== '^~' && modifier !== '~' && modifier !== '~*') throw new ConfigError(`invalid location modifier "${modifier}" in ${d.place}`)
  const pattern = second ?? first
  const regex = modifier === '~' || modifier === '~*' ? new RegExp(pattern, modifier === '~*' ? 'i' : '') : undefined
  return { modifier, pattern, regex, settings: applySettings(inherited, block(d), new Set()) }
}

function applySettings(inherited: Settings, list: readonly Directive[], others: ReadonlySet<string>): Settings {
  const s: Settings = { ...inherited, tryFiles: undefined, returns: undefined, alias: undefined }
  let hasHeaders = false
  let hasRules = false
  for (const d of list) {
    switch (d.name) {
      case 'root':
        needArgs(d, 1, 1)
        s.root = absolute(d.args[0])
        break
      case 'alias':
        needArgs(d, 1, 1)
        s.alias = d.args[0]
        break
      case 'index':
        needArgs(d, 1)
        s.index = d.args
        break
      case 'try_files':
        needArgs(d, 2)
        s.tryFiles = d.args
        break
      case 'return':
        needArgs(d, 1, 2)
        s.returns = d.args
        break
      case 'autoindex':
        s.autoindex = flag(d)
        break
      case 'allow':
      case 'deny':
        s.rules = [...(hasRules ? s.rules : []), accessRule(d)]
        hasRules = true
        break
      case 'client_max_body_size':
        s.maxBody = sizeOf(d)
        break
      case 'etag':
        s.etag = flag(d)
        break
      case 'if_modified_since': {
        const [way] = d.args
        if (way === 'before') throw new Unsimulated('if_modified_since before')
        if (way !== 'off' && way !== 'exact') throw new ConfigError(`invalid value "${way}" in ${d.place}`)
        s.ifModifiedSince = way
        break
      }
      case 'gzip':
        s.gzip = flag(d)
        break
      case 'keepalive_timeout':
        needArgs(d, 1, 2)
        if (d.args.length > 1) throw new Unsimulated('the second value of keepalive_timeout')
        s.keepAlive = secondsOf(d, d.args[0])
        break
      case 'log_not_found':
        s.logsNotFound = flag(d)
        break
      case 'server_tokens':
        if (d.args[0] === 'build') throw new Unsimulated('server_tokens build')
        s.tellsVersion = flag(d)
        break
      case 'access_log':
        if (d.args.length > 1 && d.args[1] !== 'combined') throw new Unsimulated(`access_log with ${d.args[1]}`)
        if (/^syslog:/.test(d.args[0])) throw new Unsimulated('access_log to syslog')
        s.accessLog = d.args[0] === 'off' ? undefined : absolute(d.args[0])
        break
      case 'default_type':
        s.defaultType = d.args[0]
        break
      case 'add_header':
        needArgs(d, 2, 3)
        s.addHeaders = [...(hasHeaders ? s.addHeaders : []), [d.args[0], d.args[1]]]
        hasHeaders = true
        break
      case 'error_page':
        needArgs(d, 2)
        s.errorPages = new Map([...s.errorPages, ...d.args.slice(0, -1).map((code): [number, string] => [Number(code), d.args[d.args.length - 1]])])
        break
      case 'error_log':
        s.errorLog = errorLogOf(d)
        break
      default:
        if (!others.has(d.name) && !TUNING.has(d.name)) refuse(d)
    }
  }
  return s
}
