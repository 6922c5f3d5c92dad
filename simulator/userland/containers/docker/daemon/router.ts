// Which part of the daemon answers which request (api/server/router).
import type { Flow } from '../../../../abi/syscalls.ts'
import { API_VERSION, type CreateRequest, type HostConfig } from '../api.ts'
import { ApiError, badRequest, notFound } from './api-error.ts'
import { attach } from './attach.ts'
import { createContainer } from './create.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import { createExec, type ExecConfig, getExec, inspectExec, runExec } from './exec.ts'
import { type Exchange } from './http-server.ts'
import { inspectContainer } from './inspect.ts'
import { listContainers } from './list.ts'
import { sendLogs } from './logs.ts'
import { IMAGE_ROUTES } from './routes-image.ts'
import { NETWORK_ROUTES } from './routes-network.ts'
import { SYSTEM_ROUTES } from './routes-system.ts'
import { killContainer, pauseContainer, removeContainer, restartContainer, stopContainer, unpauseContainer, type WaitCondition, waitContainer } from './stop.ts'
import { startContainer } from './start.ts'
import { CONTAINER_ROUTES } from './routes-container.ts'

export type Route = readonly [method: string, pattern: RegExp, handle: (daemon: Daemon, x: Exchange) => Flow<void>]

/** The container of a request's path. */
export const containerOf = (daemon: Daemon, x: Exchange): Container => daemon.get(decodeURIComponent(x.params[0]))
const secondsOf = (x: Exchange): number | undefined => (x.get('t') === '' ? undefined : Number(x.get('t')))

const ROUTES: readonly Route[] = [
  ['GET', /^\/containers\/json$/, function* (daemon, x) {
    const rows = yield* listContainers(daemon, { all: x.flag('all'), limit: Number(x.get('limit') === '' ? 0 : x.get('limit')), size: x.flag('size'), filters: x.filters() })
    yield* x.sendJson(200, rows)
  }],
  ['POST', /^\/containers\/create$/, function* (daemon, x) {
    yield* x.sendJson(201, yield* createContainer(daemon, x.get('name'), x.json() as CreateRequest))
  }],
  ['GET', /^\/containers\/([^/]+)\/json$/, function* (daemon, x) {
    yield* x.sendJson(200, yield* inspectContainer(daemon, containerOf(daemon, x), x.flag('size')))
  }],
  ['POST', /^\/containers\/([^/]+)\/start$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    const body = x.json() as Partial<HostConfig>
    if (Object.keys(body).length > 2) throw badRequest('starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24')
    if (container.state.running) {
      if (container.state.paused) throw new ApiError(409, 'cannot start a paused container, try unpause instead')
      return yield* x.sendEmpty(304)
    }
    yield* startContainer(daemon, container)
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/stop$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    if (!container.state.running) return yield* x.sendEmpty(304)
    yield* stopContainer(daemon, container, secondsOf(x))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/restart$/, function* (daemon, x) {
    yield* restartContainer(daemon, containerOf(daemon, x), secondsOf(x))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/kill$/, function* (daemon, x) {
    yield* killContainer(daemon, decodeURIComponent(x.params[0]), x.get('signal'))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/pause$/, function* (daemon, x) {
    yield* pauseContainer(daemon, containerOf(daemon, x))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/unpause$/, function* (daemon, x) {
    yield* unpauseContainer(daemon, containerOf(daemon, x))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/wait$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    const condition = x.get('condition') === '' ? 'not-running' : x.get('condition')
    if (!['not-running', 'next-exit', 'removed'].includes(condition)) throw badRequest(`invalid condition: "${condition}"`)
    yield* x.startStream()
    const code = yield* waitContainer(daemon, container, condition as WaitCondition)
    yield* x.stream(new Uint8Array([...`${JSON.stringify({ Error: null, StatusCode: code })}\n`].map((c) => c.charCodeAt(0))))
  }],
  ['POST', /^\/containers\/([^/]+)\/attach$/, function* (daemon, x) {
    yield* attach(daemon, containerOf(daemon, x), x)
  }],
  ['POST', /^\/containers\/([^/]+)\/resize$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    if (!container.state.running) {
      container.consoleSize = { height: Number(x.get('h')), width: Number(x.get('w')) }
      throw new ApiError(409, `Container ${container.id} is not running`)
    }
    yield* container.ask('resizePty', { width: Number(x.get('w')), height: Number(x.get('h')) })
    yield* x.sendEmpty(200)
  }],
  ['GET', /^\/containers\/([^/]+)\/logs$/, function* (daemon, x) {
    yield* sendLogs(containerOf(daemon, x), x)
  }],
  ['DELETE', /^\/containers\/([^/]+)$/, function* (daemon, x) {
    yield* removeContainer(daemon, containerOf(daemon, x), x.flag('force'), x.flag('v'))
    yield* x.sendEmpty()
  }],
  ['POST', /^\/containers\/([^/]+)\/exec$/, function* (daemon, x) {
    yield* x.sendJson(201, { Id: yield* createExec(daemon, containerOf(daemon, x), x.json() as ExecConfig) })
  }],
  ['POST', /^\/exec\/([^/]+)\/start$/, function* (daemon, x) {
    yield* runExec(daemon, getExec(daemon, x.params[0]), x, x.json() as { Detach?: boolean; Tty?: boolean })
  }],
  ['GET', /^\/exec\/([^/]+)\/json$/, function* (daemon, x) {
    yield* x.sendJson(200, inspectExec(getExec(daemon, x.params[0])))
  }],
  ['POST', /^\/exec\/([^/]+)\/resize$/, function* (daemon, x) {
    const exec = getExec(daemon, x.params[0])
    exec.consoleSize = { height: Number(x.get('h')), width: Number(x.get('w')) }
    if (exec.running) yield* exec.container.ask('resizePty', { execId: exec.id, width: Number(x.get('w')), height: Number(x.get('h')) })
    yield* x.sendEmpty(200)
  }],
]

/** Answers one request. */
export function* route(daemon: Daemon, x: Exchange): Flow<void> {
  const version = /^\/v(\d+)\.(\d+)(?=\/)/.exec(x.path)
  if (version !== null && (Number(version[2]) > 41 || version[1] !== '1')) {
    throw badRequest(`client version ${version[1]}.${version[2]} is too new. Maximum supported API version is ${API_VERSION}`)
  }
  const path = version === null ? x.path : x.path.slice(version[0].length)
  const method = x.method === 'HEAD' ? 'GET' : x.method
  for (const [wanted, pattern, handle] of [...ROUTES, ...CONTAINER_ROUTES, ...IMAGE_ROUTES, ...NETWORK_ROUTES, ...SYSTEM_ROUTES]) {
    const match = wanted === method || wanted === x.method ? pattern.exec(path) : null
    if (match === null) continue
    x.params = match.slice(1)
    return yield* handle(daemon, x)
  }
  throw notFound('page not found')
}
