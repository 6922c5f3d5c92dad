// Astro integration: an image of the machine for the page, if `npm run vm:build browser` has made one on this computer, becomes part of the site. Only what its
// manifest names is taken. A site without one works; the page then says what is missing.
import { cp, mkdir, readFile } from 'node:fs/promises'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import { isManifest } from '../../vm/browser/manifest.ts'
import { vmHome } from '../../vm/image/target.ts'

const IMAGE_PATH = '/vm/browser/'
const MB = 1_000_000

export function realImage(base: string): AstroIntegration {
  const home = vmHome('browser')
  const prefix = base.replace(/\/$/, '') + IMAGE_PATH
  return {
    name: 'isolab-real-image',
    hooks: {
      'astro:server:setup': ({ server }) => {
        server.middlewares.use((request, response, next) => {
          const { pathname } = new URL(request.url ?? '/', 'http://localhost')
          const file = join(home, normalize(decodeURIComponent(pathname.slice(prefix.length - 1))))
          if (!pathname.startsWith(prefix) || !existsSync(file) || !statSync(file).isFile()) return next()
          response.setHeader('content-type', file.endsWith('.json') ? 'application/json' : file.endsWith('.wasm') ? 'application/wasm' : file.endsWith('js') ? 'text/javascript' : 'application/octet-stream')
          createReadStream(file).pipe(response)
        })
      },
      'astro:build:done': async ({ dir, logger }) => {
        const text = await readFile(join(home, 'manifest.json'), 'utf8').catch(() => undefined)
        const manifest: unknown = text === undefined ? undefined : JSON.parse(text)
        if (!isManifest(manifest)) {
          logger.info(`no real Linux for the page in ${home}; 'npm run vm:build browser' makes one`)
          return
        }
        const names = ['manifest.json', manifest.licences, ...Object.values(manifest.files).map(({ name }) => name)]
        const missing = names.filter(name => !existsSync(join(home, name)))
        if (missing.length > 0) {
          logger.warn(`the image in ${home} is not complete (${missing.join(', ')}) and is left out; 'npm run vm:build browser' makes it anew`)
          return
        }
        const to = join(fileURLToPath(dir), IMAGE_PATH)
        await mkdir(to, { recursive: true })
        // Who made the kernel how: its configuration belongs to it.
        if (existsSync(join(home, 'kernel.config'))) names.push('kernel.config')
        for (const name of names) await cp(join(home, name), join(to, name), { recursive: true })
        logger.info(`real Linux for the page: ${(manifest.bytes / MB).toFixed(1)} MB to download, kernel ${manifest.kernel.release}`)
      },
    },
  }
}
