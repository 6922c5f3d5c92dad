// `npm start`: builds the site if its sources have changed since the last time, serves it, and says where.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vmHome } from '../vm/image/target.ts'

const ROOT = join(import.meta.dirname, '..')
const astro = join(ROOT, 'node_modules', '.bin', 'astro')
const SOURCES = ['simulator', 'lab', 'vm', 'lessons', 'site', 'public', 'astro.config.ts', 'package-lock.json']

if (!existsSync(astro)) {
  process.stderr.write("isolab: the dependencies are not installed; 'npm ci' does that\n")
  process.exit(1)
}

/** Time of the latest change below a path. */
function changed(path: string): number {
  if (!existsSync(path)) return 0
  const { mtimeMs } = statSync(path)
  return statSync(path).isDirectory() ? Math.max(mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name)))) : mtimeMs
}

/** What the site was built with beside its sources. */
const SETTINGS = join(ROOT, 'dist', '.settings')
const settings = JSON.stringify([process.env.ISOLAB_BASE, process.env.ISOLAB_VM_SERVER])
const hasOthers = !existsSync(SETTINGS) || readFileSync(SETTINGS, 'utf8') !== settings

const built = changed(join(ROOT, 'dist', 'index.html'))
if (hasOthers || [...SOURCES.map((path) => join(ROOT, path)), join(vmHome('browser'), 'manifest.json')].some((path) => changed(path) > built)) {
  process.stdout.write('Building the site …\n')
  const { status } = spawnSync(astro, ['build', '--silent'], { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(SETTINGS, settings)
}
const port = process.env.PORT ?? '4321'
const server = spawn(astro, ['preview', '--port', port, ...(process.env.HOST === undefined ? [] : ['--host', process.env.HOST])], { cwd: ROOT, stdio: 'inherit' })
process.stdout.write(`Isolab is being served; the address follows. Ctrl-C stops it.\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
server.on('exit', (status) => process.exit(status ?? 0))
