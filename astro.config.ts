import mdx from '@astrojs/mdx'
import svelte from '@astrojs/svelte'
import { defineConfig } from 'astro/config'
import { earlyStart } from './site/build/early-start.ts'
import { realImage } from './site/build/real-image.ts'
import { programList } from './site/build/program-list.ts'

// The site is static files; ISOLAB_BASE puts it under a path of its own (https://example.org/isolab/).
const base = process.env.ISOLAB_BASE ?? '/'

export default defineConfig({
  srcDir: './site',
  output: 'static',
  base,
  trailingSlash: 'ignore',
  integrations: [mdx(), svelte(), earlyStart(base), realImage(base)],
  markdown: { syntaxHighlight: false },
  devToolbar: { enabled: false },
  build: { inlineStylesheets: 'never' },
  vite: {
    plugins: [programList()],
    worker: { format: 'es', plugins: () => [programList()] },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      // What every page with a machine needs, in one file: many small ones would each wait for a connection.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'classroom', test: /\/(lab|simulator|site\/(session|plan|terminal|links))[/.]|node_modules\/(svelte|esm-env|clsx|@xterm\/addon-fit)\// }] } } },
    },
  },
})
