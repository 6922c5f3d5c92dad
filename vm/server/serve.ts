// `npm run vm:serve`: a QEMU machine for each learner, over WebSocket.
import { BuildError } from '../image/target.ts'
import { realClock } from './clock.ts'
import { configFrom, type ServerConfig, USAGE } from './config.ts'
import { lacksForMachines } from './confinement.ts'
import { findServerImage } from './image.ts'
import { ProcessDriver } from './process-driver.ts'
import { startServer } from './start-server.ts'

function config(): ServerConfig {
  try {
    return configFrom(process.argv.slice(2))
  } catch (error) {
    throw new BuildError(`${(error as Error).message}\n${USAGE}`)
  }
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(USAGE)
    return
  }
  const settings = config()
  const lacks = lacksForMachines()
  if (lacks !== undefined) throw new BuildError(lacks)
  const image = findServerImage()
  if (typeof image === 'string') throw new BuildError(image)
  const driver = new ProcessDriver(image, { cpus: settings.cpus, diskLimit: settings.disk, cgroup: settings.cgroup })
  const { url, close } = await startServer(settings, driver, realClock)
  process.stdout.write(`${driver.about.map((line) => `vm:serve: ${line}\n`).join('')}vm:serve: at most ${settings.cap} machines, at ${url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void close().then(() => process.exit(0)) })
}

try {
  await main()
} catch (error) {
  if (!(error instanceof BuildError)) throw error
  process.stderr.write(`vm:serve: ${error.message}\n`)
  process.exitCode = 1
}
