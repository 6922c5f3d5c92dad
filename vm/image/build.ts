// `npm run vm:build [browser|server] [options]`: builds the real machines behind the lessons out of Debian's packages.
// Without a name, both. Results lie in $ISOLAB_VM_HOME (else ~/.cache/isolab-vm), never in the project.
import { mkdirSync } from 'node:fs'
import { browserTarget } from './browser/target.ts'
import { serverTarget } from './server/target.ts'
import { BuildError, type ImageTarget, type Missing, vmHome } from './target.ts'

const TARGETS: readonly ImageTarget[] = [browserTarget, serverTarget]

function usage(): string {
  const lines = ['usage: npm run vm:build [target] [-- options]', '']
  for (const { name, about, options } of TARGETS) {
    lines.push(`  ${name.padEnd(22)} ${about}`, ...Object.entries(options).map(([option, what]) => `    ${option.padEnd(20)} ${what}`))
  }
  lines.push('  --packages             which of Debian’s packages the build still needs here, and nothing else')
  return [...lines, '', `Images are built into ${vmHome('browser').replace(/browser$/, '')}; ISOLAB_VM_HOME chooses another place.`].join('\n')
}

/** Debian packages that are missing here. */
function packagesFor(target: ImageTarget, options: readonly string[]): string[] {
  return target.missing(options).flatMap(({ remedy }) => /^apt-get install (.*)$/.exec(remedy)?.[1] ?? [])
}

function complain(target: ImageTarget, options: readonly string[], missing: readonly Missing[]): void {
  const packages = packagesFor(target, options)
  process.stderr.write(`vm:build ${target.name}: this computer lacks\n${missing.map(({ what, remedy }) => `  ${what}  (${remedy})`).join('\n')}\n`)
  if (packages.length > 1) process.stderr.write(`All of Debian's at once: apt-get install ${packages.join(' ')}\n`)
}

async function build(target: ImageTarget, options: readonly string[]): Promise<boolean> {
  const unknown = options.find((option) => option.startsWith('-') && !Object.hasOwn(target.options, option.replace(/=.*/, '=')) && !Object.hasOwn(target.options, option))
  if (unknown !== undefined) {
    process.stderr.write(`vm:build ${target.name}: no option '${unknown}'\n${usage()}\n`)
    return false
  }
  const missing = target.missing(options)
  if (missing.length > 0) {
    complain(target, options, missing)
    return false
  }
  const home = vmHome(target.name)
  mkdirSync(home, { recursive: true })
  const start = performance.now()
  const say = (line: string): void => { process.stdout.write(`[${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s] ${line}\n`) }
  try {
    await target.build({ home, options, say })
    say(`${target.name}: done, in ${home}`)
    return true
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    process.stderr.write(`vm:build ${target.name}: ${error.message}\n`)
    return false
  }
}

const [first, ...rest] = process.argv.slice(2)
const named = first !== undefined && !first.startsWith('-')
const options = named ? rest : process.argv.slice(2)
const wanted = named ? TARGETS.filter(({ name }) => name === first) : TARGETS
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(`${usage()}\n`)
} else if (wanted.length === 0) {
  process.stderr.write(`vm:build: no target '${first}'\n${usage()}\n`)
  process.exitCode = 2
} else if (options.includes('--packages')) {
  process.stdout.write(`${[...new Set(wanted.flatMap((target) => packagesFor(target, options)))].join(' ')}\n`)
} else {
  for (const target of wanted) if (!await build(target, options)) process.exitCode = 1
}
