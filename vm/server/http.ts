// The service's pages: tickets, health, readiness, metrics. Everything else is 404.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { formatIpv6, ipMask, isMappedIpv4, parseIpv6 } from '../../simulator/lib/ip.ts'
import type { Origins } from './origin.ts'
import type { BucketPerAddress } from './rate-limit.ts'
import type { Service } from './service.ts'
import type { Tickets } from './ticket.ts'

export interface HttpOptions {
  readonly service: Service
  readonly tickets: Tickets
  readonly origins: Origins
  readonly ticketRate: BucketPerAddress
  readonly isBehindProxy: boolean
}

/** Whose request it is: an address; of IPv6 the network (/64), all of whose addresses one visitor has. */
export function addressOf(request: IncomingMessage, isBehindProxy: boolean): string {
  const forwarded = isBehindProxy ? request.headers['x-forwarded-for'] : undefined
  const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim()
  const address = last ?? request.socket.remoteAddress ?? 'unknown'
  const six = parseIpv6(address.replace(/%.*/, ''))
  return six === undefined || isMappedIpv4(six) ? address : `${formatIpv6(six & ipMask('inet6', 64))}/64`
}

export function httpServer(options: HttpOptions): Server {
  const { service, origins } = options
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '')
    request.resume()
    if (!origins.isOurs(request.headers.host)) answer(response, 421, 'this service has another name\n')
    else if (path === '/ticket') ticket(options, request, response)
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET\n')
    else if (path === '/health') answer(response, 200, 'ok\n')
    else if (path === '/ready') answer(response, service.isReady ? 200 : 503, service.isReady ? 'ready\n' : 'machines can’t be started just now\n')
    else if (path === '/metrics') answer(response, 200, service.report(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    else answer(response, 404, 'not found\n')
  })
  server.maxConnections = 10_000
  return server
}

/** POST, by a page that may use the service; others can't even read the answer. */
function ticket({ service, tickets, origins, ticketRate, isBehindProxy }: HttpOptions, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers
  const cors: Readonly<Record<string, string>> = origin === undefined ? {} : { 'access-control-allow-origin': origin, 'vary': 'origin' }
  const refuse = (status: number, reason: string): void => {
    service.metrics.refused(reason)
    answer(response, status, `${reason}\n`, status === 403 ? {} : cors)
  }
  if (!origins.mayUse(origin)) refuse(403, 'a page of another origin')
  else if (request.method === 'OPTIONS') answer(response, 204, '', { ...cors, 'access-control-allow-methods': 'POST', 'access-control-max-age': '600' })
  else if (request.method !== 'POST') refuse(405, 'tickets are for POST')
  else if (!ticketRate.take(addressOf(request, isBehindProxy))) refuse(429, 'too many tickets for one address')
  else answer(response, 200, `${JSON.stringify({ ticket: tickets.issue() })}\n`, { ...cors, 'content-type': 'application/json' })
}

function answer(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers })
  response.end(body)
}
