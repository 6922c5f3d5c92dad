// LICENCES.md beside an image: the template filled in with what went in. Licence names are those that Debian's copyright files state.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserVmManifest } from '../../browser/manifest.ts'
import { run } from '../target.ts'
import type { DebianPackage } from './apt.ts'
import { HOLLOW } from './slim.ts'

export function licences(manifest: BrowserVmManifest, packages: readonly DebianPackage[], pool: string): string {
  const { kernel } = manifest
  const fields: Readonly<Record<string, string>> = {
    kernel: `Linux ${kernel.release}, compiled for this machine from Debian's source.`,
    kernelPackage: kernel.package, kernelVersion: kernel.version, v86: manifest.v86,
    hollow: Object.keys(HOLLOW).join(', '),
    packages: packages.map((each) => `| ${each.name} | ${each.version} | ${sourceOf(each)} | ${licencesOf(each, pool)} |`).join('\n'),
  }
  return readFileSync(join(import.meta.dirname, '../LICENCES.md'), 'utf8').replace(/\{(\w+)\}/g, (whole, name: string) => fields[name] ?? whole)
}

/** The source package, with its version where that differs. */
function sourceOf({ file, name }: DebianPackage): string {
  return run('dpkg-deb', ['--field', file, 'Source']).trim() || name
}

/** Short names in a machine-readable copyright file; older files only have prose. */
function licencesOf({ name }: DebianPackage, pool: string): string {
  const path = join(pool, 'usr/share/doc', name, 'copyright')
  if (!existsSync(path)) return 'see the package'
  const names = [...readFileSync(path, 'utf8').matchAll(/^License: *(\S[^\n]*)$/gm)].map(([, licence = '']) => licence.trim())
  return names.length === 0 ? 'see its copyright file' : [...new Set(names)].sort().join(', ').replaceAll('|', '/')
}
