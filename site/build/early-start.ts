// Astro integration: pages with a machine ask for the modules of their terminal with their first bytes, instead of one after the other once the scripts that
// need them have run. The Worker with the machine, the largest part, comes next: as soon as the terminal is there, or at once where a saved session has to be
// replayed before anything can be shown. Its code is fetched beside: browsers ask for a Worker's script after everything else of a page.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'

const PLACE = '<!-- early start -->'
/** What the terminal needs: chunks by the beginning of their names. */
const MODULES = ['xterm', 'classroom', 'workbench', 'client.svelte']

/** Gives the page `isolabMachine()`, which answers the one Worker, and calls it when it is time. */
const start = (worker: string): string => `<script>(function(){
var machine,url=${JSON.stringify(worker)},terminal=document.querySelector('link[rel=modulepreload]')
self.isolabMachine=function(){
if(!machine){fetch(url).then(function(r){return r.arrayBuffer()}).catch(function(){})
machine=new Worker(url,{type:'module'});machine.onerror=function(){machine=undefined}}
return machine}
function begin(){try{if(self.isolabMachine)isolabMachine()}catch(e){}}
try{if(Object.keys(localStorage).some(function(key){return key.indexOf('isolab session')===0}))begin()}catch(e){}
terminal.onload=terminal.onerror=begin
})()</script>`

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
          await writeFile(page, html.replace(PLACE, links.map(href => `<link rel="modulepreload" href="${href}">`).join('') + (worker === undefined ? '' : start(worker))))
        }
      },
    },
  }
}
