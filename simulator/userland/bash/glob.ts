// Pathname expansion, glob(7): directories are read with getdents64, names matched with fnmatch, results sorted as in the C.UTF-8 locale.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { DT_DIR, DT_LNK, isDir } from '../../abi/stat.ts'
import { fnmatch, hasGlob } from '../../lib/fnmatch.ts'
import { lstat, readDir, stat } from '../libc/unistd.ts'
import { compareNames } from './variables.ts'
import { ShellAbort, type Shell } from './state.ts'

interface Options {
  readonly extglob: boolean
  readonly dotglob: boolean
  readonly casefold: boolean
  readonly globstar: boolean
}

const unescape = (pattern: string): string => pattern.replace(/\\(.)/gs, '$1')

/** Adds the names that match, or what the options say when there are none: the word itself, nothing (nullglob), or an error (failglob). */
export function* expandPathname(sh: Shell, pattern: string, text: string, out: string[]): Flow<void> {
  const found = ignored(sh, yield* glob(sh, pattern))
  if (found.length > 0) out.push(...found)
  else if (sh.shopts.get('failglob')) {
    yield* sh.error(`no match: ${text}`, '')
    throw new ShellAbort('discard', 1)
  } else if (!sh.shopts.get('nullglob')) out.push(text)
}

/** Without the names that a pattern of GLOBIGNORE matches. */
function ignored(sh: Shell, names: string[]): string[] {
  const value = sh.bash ? sh.vars.get('GLOBIGNORE') : undefined
  if (value === undefined || value === '') return names
  const patterns = value.split(':').filter((p) => p !== '')
  return names.filter((name) => !patterns.some((p) => fnmatch(p, name, { pathname: true, extglob: sh.shopts.get('extglob') === true })))
}

export function* glob(sh: Shell, pattern: string): Flow<string[]> {
  const on = (name: string): boolean => sh.shopts.get(name) === true
  const options = { extglob: on('extglob'), dotglob: on('dotglob') || (sh.bash && (sh.vars.get('GLOBIGNORE') ?? '') !== ''), casefold: on('nocaseglob'), globstar: on('globstar') }
  const parts = pattern.split('/')
  const found = yield* walk('', parts, 0, options)
  return found.sort(compareNames)
}

function* walk(base: string, parts: readonly string[], at: number, o: Options): Flow<string[]> {
  let prefix = base
  let i = at
  for (; i < parts.length && !hasGlob(parts[i], o.extglob); i++) prefix += unescape(parts[i]) + (i < parts.length - 1 ? '/' : '')
  if (i === parts.length) {
    const there = prefix.endsWith('/') ? yield* stat(prefix) : yield* lstat(prefix)
    return isErr(there) ? [] : [prefix]
  }
  if (o.globstar && parts[i] === '**') return yield* everything(prefix, parts, i, o)
  const entries = yield* readDir(prefix === '' ? '.' : prefix)
  if (isErr(entries)) return []
  const out: string[] = []
  const part = parts[i]
  const dots = part.startsWith('.') || part.startsWith('\\.')
  for (const entry of entries) {
    if (entry.name === '.' || entry.name === '..') continue
    if (entry.name.startsWith('.') && !dots && !o.dotglob) continue
    if (!fnmatch(part, entry.name, { extglob: o.extglob, casefold: o.casefold })) continue
    if (i === parts.length - 1) out.push(prefix + entry.name)
    else if (entry.type === DT_DIR || entry.type === DT_LNK || entry.type === 0) {
      const info = yield* stat(prefix + entry.name)
      if (!isErr(info) && isDir(info.mode)) out.push(...(yield* walk(`${prefix}${entry.name}/`, parts, i + 1, o)))
    }
  }
  return out
}

/** `**`: this directory and all below it. */
function* everything(prefix: string, parts: readonly string[], i: number, o: Options): Flow<string[]> {
  const out: string[] = []
  const last = i === parts.length - 1
  if (last && prefix !== '') out.push(prefix)
  if (!last) out.push(...(yield* walk(prefix, parts, i + 1, o)))
  const entries = yield* readDir(prefix === '' ? '.' : prefix)
  if (isErr(entries)) return out
  for (const entry of entries) {
    if (entry.name.startsWith('.') && (!o.dotglob || entry.name === '.' || entry.name === '..')) continue
    if (last && entry.type !== DT_DIR) out.push(prefix + entry.name)
    if (entry.type !== DT_DIR) continue
    if (last) out.push(prefix + entry.name)
    const below = yield* everything(`${prefix}${entry.name}/`, parts, i, o)
    out.push(...(last ? below.filter((p) => p !== `${prefix}${entry.name}/`) : below))
  }
  return out
}
