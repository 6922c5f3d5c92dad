// Starting several hundred TypeScript files one by one takes most of a second, so the command line keeps itself bundled in
// node_modules/.cache, named by the state (path, size, time of change) of every source file. Without a place to write it runs the sources.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const SOURCES = ['simulator', 'lab', 'tools', 'test/conformance']

/** Address of the module to import: an up-to-date bundle if one can be had, else tools/main.ts itself. */
export async function entry(root) {
  const sources = join(root, 'tools', 'main.ts')
  const cache = join(root, 'node_modules', '.cache', 'isolab')
  const bundle = join(cache, `main-${state(root)}.mjs`)
  try {
    if (!existsSync(bundle)) await build(root, sources, cache, bundle)
    enableCompileCache(join(cache, 'v8'))
    return pathToFileURL(bundle).href
  } catch (error) {
    if (process.env.ISOLAB_DEBUG) process.stderr.write(`isolab: no bundle (${error.message}), running the sources\n`)
    return pathToFileURL(sources).href
  }
}

function state(root) {
  const hash = createHash('sha1')
  const walk = (dir) => {
    for (const item of readdirSync(join(root, dir), { withFileTypes: true })) {
      const path = `${dir}/${item.name}`
      if (item.isDirectory()) walk(path)
      else if (/\.(ts|mjs)$/.test(item.name) && !item.name.endsWith('.test.ts')) {
        const { mtimeMs, size } = statSync(join(root, path))
        hash.update(`${path} ${mtimeMs} ${size}\n`)
      }
    }
  }
  for (const dir of SOURCES) if (existsSync(join(root, dir))) walk(dir)
  return hash.digest('hex').slice(0, 16)
}

/** What is below `folder` stays out of the bundle and is imported as it lies there, when it is asked for: few commands need a real machine. */
function fromSource(root, folder) {
  return {
    name: `${folder}-from-source`,
    setup: ({ onResolve }) => onResolve({ filter: new RegExp(`/${folder}/.*\\.ts$`) }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path)
      return file.startsWith(join(root, folder)) ? { path: pathToFileURL(file).href, external: true } : undefined
    }),
  }
}

/** Several commands may build at once: each writes its own file and renames it into place. */
async function build(root, sources, cache, bundle) {
  const { build: esbuild } = await import('esbuild')
  mkdirSync(cache, { recursive: true })
  const draft = `${bundle}.${process.pid}`
  await esbuild({
    entryPoints: [sources], outfile: draft, bundle: true, platform: 'node', format: 'esm', target: 'node22',
    external: ['vitest', 'esbuild'], plugins: [fromSource(root, 'vm')], logLevel: 'silent', absWorkingDir: root,
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'tools')) },
    banner: { js: "import { createRequire as createRequireForBundle } from 'node:module'\nconst require = createRequireForBundle(import.meta.url)" },
  })
  renameSync(draft, bundle)
  const old = readdirSync(cache).filter((name) => name.startsWith('main-')).map((name) => join(cache, name))
    .filter((path) => path !== bundle && Date.now() - statSync(path).mtimeMs > 3_600_000)
  for (const path of old) rmSync(path, { force: true })
}
