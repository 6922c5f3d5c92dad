// Astro integration: pages with a machine begin to fetch it with their first bytes. The Worker is started and the modules of the terminal are asked for
// in the head, instead of one after the other once the scripts that need them have run. The Worker's code, the largest part, is fetched first: browsers ask
// for a Worker's script after everything else of the page, and find it in their cache, or on its way there, when it has been asked for already.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'

const PLACE = '<!-- early start -->'
/** What the terminal needs: chunks by the beginning of their names. */
const MODULES = ['xterm', 'classroom', 'workbench', 'client.svelte']

export function earlyStart(base: string): AstroIntegration {
  return {
    name: 'isolab-early-start',
    hooks: {
      'astro:build:done': async ({ dir, assets }) => {
        const root = fileURLToPath(dir)
        const files = await readdir(`${root}_astro`)
        const address = (start: string): string | undefined => {
          const file = files.find(each => each.startsWith(`${start}.`) && each.endsWith('.js') || each.startsWith(`${start}-`) && each.endsWith('.js'))
          return file && `${base.replace(/\/$/, '')}/_astro/${file}`
        }
        const worker = address('machine-worker')
        for (const page of [...assets.values()].flat().map(url => fileURLToPath(url)).filter(path => path.endsWith('.html'))) {
          const html = await readFile(page, 'utf8')
          if (!html.includes(PLACE)) continue
          const links = MODULES.map(address).filter(href => href !== undefined)
          const start = worker === undefined ? '' : `<link rel="preload" as="fetch" crossorigin fetchpriority="high" href="${worker}"><script>try{fetch(${JSON.stringify(worker)}).then(function(r){return r.arrayBuffer()}).catch(function(){});self.isolabMachine=new Worker(${JSON.stringify(worker)},{type:'module'});isolabMachine.onerror=function(){isolabMachine=undefined}}catch(e){}</script>`
          await writeFile(page, html.replace(PLACE, start + links.map(href => `<link rel="modulepreload" href="${href}">`).join('')))
        }
      },
    },
  }
}
