// After `npm ci`: puts the project's own `isolab` beside the commands of its dependencies, so that npx and npm scripts find it at once.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.bin')
try {
  mkdirSync(bin, { recursive: true })
  rmSync(join(bin, 'isolab'), { force: true })
  symlinkSync(join('..', '..', 'tools', 'isolab.mjs'), join(bin, 'isolab'))
} catch (error) {
  process.stderr.write(`isolab: no link in node_modules/.bin (${error.message}); npx isolab works all the same, a little slower\n`)
}
