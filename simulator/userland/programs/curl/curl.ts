// curl(1) 7.88: HTTP over TCP and unix sockets. Simpler: no TLS, no other protocols, no proxies, no cookies of its own, one transfer after the other.
import { isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { httpHeader } from '../../../lib/http.ts'
import type { Crt, Main } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, mkdir, open, readToEnd } from '../../libc/unistd.ts'
import { milliseconds } from './clock.ts'
import { connectTo, CurlError, type Limits } from './connect.ts'
import { HELP, VERSION_TEXT } from './help.ts'
import { badUsage, type CurlOptions, parseOptions } from './options.ts'
import { Progress } from './progress.ts'
import { Trace } from './trace.ts'
import { type Context, exchange, FileSink, isRedirect, type Outcome, type RequestPlan } from './transfer.ts'
import { formatUrl, isKnownScheme, parseUrl, resolveUrl, type Url } from './url.ts'
import { writeOut } from './write-out.ts'

const DEFAULT_CONNECT_TIMEOUT = 300_000
const DEFAULT_REDIRECTS = 50
const STDOUT = 1

interface Job {
  readonly typed: string
  readonly output: string | true | undefined
}
const methodOf = (options: CurlOptions, body: Uint8Array | undefined): string =>
  options.get('request') ?? (options.has('head') ? 'HEAD' : options.has('upload-file') ? 'PUT' : body !== undefined ? 'POST' : 'GET')

function* uploadBody(c: Crt, path: string): Flow<Uint8Array | CurlError> {
  if (path === '-' || path === '.') {
    const data = yield* readToEnd(0)
    return isErr(data) ? EMPTY_BYTES : data
  }
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) {
    yield* c.stderr.write(`curl: Can't open '${path}'!\n`)
    return new CurlError(26, 'Failed to open/read local data from file/application')
  }
  const data = yield* readToEnd(fd)
  yield* close(fd)
  return isErr(data) ? new CurlError(26, 'Failed to open/read local data from file/application') : data
}

/** --connect-timeout and --max-time, counted from now. */
function* limitsOf(options: CurlOptions): Flow<Limits> {
  const start = yield* milliseconds()
  const after = (name: string, otherwise: number): number => start + (Number(options.get(name) ?? 0) > 0 ? Number(options.get(name)) * 1000 : otherwise)
  return { start, total: after('max-time', Infinity), connect: after('connect-timeout', DEFAULT_CONNECT_TIMEOUT) }
}

function* outputPath(c: Crt, { output }: Job, url: Url, options: CurlOptions): Flow<string | undefined | CurlError> {
  if (output === undefined) return undefined
  const name = output === true ? url.target.replace(/\?.*/, '').replace(/^.*\//, '') : output
  if (name === '') {
    yield* c.stderr.write('curl: Remote file name has no length!\n')
    return new CurlError(23, 'Failed writing received data to disk/application')
  }
  const dir = options.get('output-dir')
  const path = dir === undefined || name === '-' ? name : `${dir}/${name}`
  if (options.has('create-dirs') && path.includes('/')) {
    const parts = path.split('/').slice(0, -1)
    for (let i = 1; i <= parts.length; i++) if (parts.slice(0, i).join('/') !== '') yield* mkdir(parts.slice(0, i).join('/'), 0o750)
  }
  return path
}

/** Follows redirections; answers the last exchange. */
function* transfer(context: Context, first: RequestPlan): Flow<{ readonly outcome: Outcome; readonly plan: RequestPlan; readonly redirects: number }> {
  const { options, trace } = context
  const most = Number(options.get('max-redirs') ?? DEFAULT_REDIRECTS)
  let plan = first
  for (let redirects = 0; ; redirects++) {
    const outcome = yield* exchange(context, plan)
    const follows = options.has('location') || options.has('location-trusted')
    if (outcome.error !== undefined || !follows || !isRedirect(outcome.head)) return { outcome, plan, redirects }
    if (redirects >= most && most >= 0) {
      outcome.error = new CurlError(47, `Maximum (${most}) redirects followed`)
      return { outcome, plan, redirects }
    }
    const url = resolveUrl(plan.url, httpHeader(outcome.head?.headers ?? [], 'location') ?? '')
    if (url === undefined) return { outcome, plan, redirects }
    yield* trace.remark(`Issue another request to this URL: '${formatUrl(url)}'`)
    const status = outcome.head?.status ?? 0
    const becomesGet = !options.has('request') && (status === 303 || ((status === 301 || status === 302) && plan.method === 'POST')) && plan.method !== 'HEAD'
    const isOld = outcome.head?.version === 'HTTP/1.0'
    plan = becomesGet ? { url, method: 'GET', body: undefined, isOld } : { ...plan, url, isOld }
  }
}

/** https and ftp: nobody is spoken to, but whether somebody would answer can be told. */
function* otherProtocol(c: Crt, url: Url, options: CurlOptions, context: Context): Flow<CurlError | number> {
  const connection = yield* connectTo(url, options, context.limits, context.trace)
  yield* context.progress.finish()
  if (connection instanceof CurlError) return connection
  yield* close(connection.fd)
  return yield* unsimulated(c, `${url.scheme}://`)
}

function* run(c: Crt, job: Job, options: CurlOptions): Flow<number> {
  const isOnTerminal = job.output === undefined && (yield* isatty(STDOUT))
  const trace = new Trace(c, options.has('verbose'), isOnTerminal)
  const showsMeter = !options.has('silent') && !options.has('no-progress-meter') && !isOnTerminal
  const progress = new Progress(c, showsMeter)
  const limits = yield* limitsOf(options)
  const typedUrl = parseUrl(job.typed)
  const url = typedUrl === undefined || options.data === undefined || !options.has('get') ? typedUrl : parseUrl(`${formatUrl(typedUrl)}${typedUrl.target.includes('?') ? '&' : '?'}${decodeUtf8(options.data)}`)
  if (url === undefined) return yield* complain(c, new CurlError(3, 'URL using bad/illegal format or missing URL'), options)
  if (!isKnownScheme(url.scheme)) return yield* complain(c, new CurlError(1, `Protocol "${url.scheme}" not supported or disabled in libcurl`), options)
  const path = yield* outputPath(c, job, url, options)
  if (path instanceof CurlError) return yield* complain(c, path, options)
  const upload = options.get('upload-file')
  const body = upload !== undefined ? yield* uploadBody(c, upload) : options.has('get') ? undefined : options.data
  if (body instanceof CurlError) return body.status
  const sink = new FileSink(c, path, options)
  const context: Context = { c, options, limits, trace, progress, sink }
  yield* progress.start()
  if (url.scheme !== 'http') {
    const result = yield* otherProtocol(c, url, options, context)
    return typeof result === 'number' ? result : yield* complain(c, result, options)
  }
  const target = upload !== undefined && url.target.endsWith('/') ? { ...url, target: url.target + upload.replace(/^.*\//, '') } : url
  const { outcome, plan, redirects } = yield* transfer(context, { url: target, method: methodOf(options, body), body })
  yield* sink.finish(outcome.error === undefined)
  const status = options.has('fail-with-body') && (outcome.head?.status ?? 0) >= 400 ? new CurlError(22, `The requested URL returned error: ${outcome.head?.status ?? 0}`) : outcome.error
  outcome.error = status
  const format = options.get('write-out')
  if (format !== undefined) {
    const { out, complaints } = writeOut(format, { outcome, limits, url: plan.url, typed: job.typed, method: plan.method, redirects, filename: path ?? '', endMs: yield* milliseconds() })
    yield* c.stdout.write(out)
    yield* c.stderr.write(complaints)
  }
  return status === undefined ? 0 : yield* complain(c, status, options)
}
function* complain(c: Crt, error: CurlError, options: CurlOptions): Flow<number> {
  if (!options.has('silent') || options.has('show-error')) yield* c.stderr.write(`curl: (${error.status}) ${error.message}\n`)
  return error.status
}

const TRANSIENT: ReadonlySet<number> = new Set([6, 28])
/** --retry: again after 1, 2, 4 … seconds. */
function* runWithRetries(c: Crt, job: Job, options: CurlOptions): Flow<number> {
  const retries = Number(options.get('retry') ?? 0)
  let wait = 1
  for (let left = retries; ; left--) {
    const status = yield* run(c, job, options)
    const isTransient = TRANSIENT.has(status) || (status === 7 && options.has('retry-connrefused')) || (status !== 0 && options.has('retry-all-errors'))
    if (left <= 0 || !isTransient) return status
    const seconds = options.has('retry-delay') ? Number(options.get('retry-delay')) : wait
    const problem = status === 28 ? 'timeout' : status === 7 ? 'connection refused' : '(retrying all errors)'
    if (!options.has('silent') || options.has('show-error')) {
      yield* c.stderr.write(`Warning: Problem: ${problem}. Will retry in ${seconds} second${seconds === 1 ? '' : 's'}. ${left} ${left === 1 ? 'retry' : 'retries'} left.\n`)
    }
    yield* call('clock_nanosleep', 1, 0, { sec: seconds, nsec: 0 })
    wait = Math.min(wait * 2, 600)
  }
}

export const curl: Main = function* (c) {
  if (c.argv.length === 1) return yield* badUsage(c, '')
  const options = yield* parseOptions(c)
  if (options.has('version')) {
    yield* c.stdout.write(VERSION_TEXT)
    return 0
  }
  if (options.has('help')) {
    yield* c.stdout.write(HELP)
    return 0
  }
  if (options.urls.length === 0) return yield* badUsage(c, 'no URL specified!')
  let status = 0
  for (const [i, typed] of options.urls.entries()) status = yield* runWithRetries(c, { typed, output: options.outputs[i] }, options)
  return status
}
