#!/usr/bin/env node
// The `isolab` command. Plain JavaScript that an old Node can read too: it finds a Node that runs TypeScript (the project brings one as a
// dependency), and starts tools/main.ts there, from a bundle in node_modules/.cache when one is up to date (tools/bundle.mjs).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  const { entry } = await import('./bundle.mjs')
  const { main } = await import(await entry(root))
  process.exitCode = await main(process.argv.slice(2))
} else {
  const newer = join(root, 'node_modules', '.bin', 'node')
  if (!existsSync(newer)) {
    process.stderr.write(`isolab: Node.js 22.18 or newer is needed, this is ${process.versions.node}; \`npm ci\` in ${root} installs one\n`)
    process.exit(1)
  }
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`isolab: cannot start ${newer}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (status, signal) => process.exit(signal === null ? status : 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1)))
}
