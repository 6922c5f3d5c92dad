// Where the recorded cases and the ratchet are, and how a person names some of them.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { CaseFile } from './pool.ts'
import type { Ratchet } from './report.ts'

export const AREAS = ['process', 'user', 'shell', 'prompt', 'files', 'mount', 'ipc', 'net', 'firewall', 'cgroup', 'security', 'docker'] as const

/** Cases named by `area`, `area/beginning-of-a-file-name`, a file or a folder; all without words. An unknown name is an error. */
export function findCases(root: string, words: readonly string[]): CaseFile[] {
  const cases = join(root, 'cases')
  if (words.length === 0) return readdirSync(cases).toSorted().flatMap((area) => folder(join(cases, area)))
  return words.flatMap((word) => {
    if (existsSync(join(cases, word)) && statSync(join(cases, word)).isDirectory()) return folder(join(cases, word))
    if (existsSync(word)) return statSync(word).isDirectory() ? folder(resolve(word)) : [file(resolve(word))]
    const [area = '', start = ''] = word.split('/')
    const found = existsSync(join(cases, area)) ? folder(join(cases, area)).filter(({ path }) => basename(path).startsWith(start)) : []
    if (found.length === 0) throw new Error(`no recorded case '${word}'; areas are ${AREAS.join(', ')}`)
    return found
  })
}

function folder(path: string): CaseFile[] {
  return readdirSync(path, { withFileTypes: true }).toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((item) => (item.isDirectory() ? folder(join(path, item.name)) : item.name.endsWith('.t') ? [file(join(path, item.name))] : []))
}

function file(path: string): CaseFile {
  return { id: `${basename(dirname(path))}/${basename(path)}`, path }
}

export function readRatchet(root: string): Ratchet {
  const path = join(root, 'passed.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ratchet) : {}
}

export function writeRatchet(root: string, ratchet: Ratchet): void {
  writeFileSync(join(root, 'passed.json'), `${JSON.stringify(ratchet, undefined, 1)}\n`)
}
