// The service put together: settings, driver and clock in, a listening server out.
import type { AddressInfo } from 'node:net'
import type { Clock } from './clock.ts'
import type { ServerConfig } from './config.ts'
import type { MachineDriver } from './driver.ts'
import { addGateway } from './gateway.ts'
import { httpServer } from './http.ts'
import { Origins } from './origin.ts'
import { BucketPerAddress } from './rate-limit.ts'
import { Service } from './service.ts'
import { Tickets } from './ticket.ts'

const STARTS_AT_ONCE = 2

export interface RunningServer {
  readonly url: string
  readonly service: Service
  /** Drops every connection, as a bad network does; the machines wait. */
  cut(): void
  close(): Promise<void>
}

export async function startServer(config: ServerConfig, driver: MachineDriver, clock: Clock): Promise<RunningServer> {
  const { cap, warm, queue, limits, perAddress, isBehindProxy, ticketsPerMinute } = config
  const tickets = new Tickets(config.key === undefined ? {} : { key: config.key })
  const origins = new Origins(config.origins, config.names)
  const service = new Service({ pool: { driver, clock, cap, warm, queue, startsAtOnce: STARTS_AT_ONCE }, limits, tickets, perAddress })
  const ticketRate = new BucketPerAddress({ rate: ticketsPerMinute / 60, burst: ticketsPerMinute, clock })
  const server = httpServer({ service, tickets, origins, ticketRate, isBehindProxy })
  const gateway = addGateway(server, { service, origins, isBehindProxy })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  })
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `ws://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    service,
    cut: () => { for (const socket of gateway.clients) socket.terminate() },
    async close() {
      await service.close()
      for (const socket of gateway.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
      await driver.close()
    },
  }
}
