// Astro integration: pages with a machine begin to fetch it with their first bytes. The Worker is started and the modules of the terminal are asked for
// in the head, instead of one after the other once the scripts that need them have run.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'

const PLACE = '<!-- early start -->'
/** Chunks by the beginning of their names, in the order in which they are needed. */
const MODULES = ['client', 'workbench', 'classroom.svelte', 'xterm', 'addon-fit', 'lesson-state.svelte', 'task', 'predict', 'saves', 'words', 'progress', 'session-tools', 'lesson-keeper']
const LESSON_ONLY = ['task', 'predict', 'lesson-keeper']

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
          const isLesson = html.includes('class="lesson"')
          const links = MODULES.filter(name => isLesson || !LESSON_ONLY.includes(name)).map(address).filter(href => href !== undefined)
          const start = worker === undefined ? '' : `<script>try{self.isolabMachine=new Worker(${JSON.stringify(worker)},{type:'module'});isolabMachine.onerror=function(){isolabMachine=undefined}}catch(e){}</script>`
          await writeFile(page, html.replace(PLACE, start + links.map(href => `<link rel="modulepreload" href="${href}">`).join('')))
        }
      },
    },
  }
}
