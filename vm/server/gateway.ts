// WebSockets at /machine: origin and size checks, pings, back pressure. What the messages mean is the service's business.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { addressOf } from './http.ts'
import type { Origins } from './origin.ts'
import type { Service } from './service.ts'
import type { Link } from './session.ts'
import { MAX_BINARY } from './wire.ts'

export interface GatewayOptions {
  readonly service: Service
  readonly origins: Origins
  readonly isBehindProxy: boolean
  /** Milliseconds between pings; a connection that doesn't answer one before the next is dropped. */
  readonly ping?: number
}

/** Bytes for a client that reads too slowly; then the connection is dropped, and may come back. */
const MOST_BACKLOG = 4 * 1024 * 1024

export function addGateway(server: Server, { service, origins, isBehindProxy, ping = 20_000 }: GatewayOptions): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BINARY, perMessageDeflate: false, clientTracking: true })
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').replace(/\?.*/, '')
    if (path !== '/machine') refuse(socket, '404 Not Found')
    else if (!origins.isOurs(request.headers.host)) refuse(socket, '421 Misdirected Request')
    else if (origins.mayUse(request.headers.origin)) sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request))
    else {
      service.metrics.refused('a page of another origin')
      refuse(socket, '403 Forbidden')
    }
  })

  function serve(socket: WebSocket, request: IncomingMessage): void {
    let isAlive = true
    const connection = service.connect(linkTo(socket), addressOf(request, isBehindProxy))
    const pings = setInterval(() => {
      // Of a client that has to wait for its machine nothing is read, so no answer to a ping either.
      if ((!isAlive && !socket.isPaused) || socket.bufferedAmount > MOST_BACKLOG) socket.terminate()
      isAlive = false
      socket.ping()
    }, ping)
    socket.on('pong', () => { isAlive = true })
    // `ws` closes the connection after an error (a message too long, no UTF-8, …).
    socket.on('error', () => service.metrics.refused('not a proper WebSocket message'))
    socket.on('message', (data, isBinary) => {
      const bytes = bytesOf(data)
      if (isBinary) connection.binary(bytes)
      else connection.text(bytes.toString())
    })
    socket.on('close', () => {
      clearInterval(pings)
      connection.closed()
    })
  }
  return sockets
}

function linkTo(socket: WebSocket): Link {
  return {
    send: (bytes) => { if (socket.readyState === socket.OPEN) socket.send(bytes) },
    tell: (message) => { if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message)) },
    flow: (isOn) => {
      if (isOn) socket.resume()
      else socket.pause()
    },
    close: (code, reason) => {
      socket.resume()
      socket.close(code, reason.slice(0, 120))
    },
  }
}

const bytesOf = (data: RawData): Buffer => data instanceof ArrayBuffer ? Buffer.from(data) : Array.isArray(data) ? Buffer.concat(data) : data

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
