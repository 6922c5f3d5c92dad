// cd pwd: the logical working directory.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { getcwd, readDir, stat } from '../../libc/unistd.ts'
import type { Shell } from '../state.ts'
import { newVariable } from '../variables.ts'
import type { BuiltinTable } from './index.ts'

/** Resolves . and .. textually; a leading // is kept. */
export function canonical(path: string): string {
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') out.pop()
    else out.push(part)
  }
  const root = /^\/\/(?!\/)/.test(path) ? '//' : '/'
  return root + out.join('/')
}

function setDirectory(sh: Shell, dir: string): void {
  const old = sh.vars.map.get('OLDPWD')
  sh.vars.map.set('OLDPWD', { ...(old ?? newVariable()), value: sh.vars.get('PWD') ?? sh.cwd, exported: old?.exported ?? sh.bash })
  const pwd = sh.vars.map.get('PWD')
  sh.vars.map.set('PWD', { ...(pwd ?? newVariable()), value: dir, exported: pwd?.exported ?? true })
  sh.cwd = dir
}

/** Changes to `dir`; undefined when it worked. */
function* change(sh: Shell, dir: string, physical: boolean): Flow<Errno | undefined> {
  if (physical) {
    const r = yield* call('chdir', dir)
    if (isErr(r)) return r
    const cwd = yield* getcwd()
    setDirectory(sh, isErr(cwd) ? dir : cwd)
    return undefined
  }
  const target = dir.startsWith('/') ? dir : sh.cwd.endsWith('/') ? sh.cwd + dir : `${sh.cwd}/${dir}`
  const logical = yield* checkedCanonical(target)
  if (logical !== undefined) {
    const r = yield* call('chdir', logical)
    if (!isErr(r)) {
      setDirectory(sh, logical)
      return undefined
    }
  }
  // The logical name doesn't work (a removed directory, say): the kernel's view decides.
  const r = yield* call('chdir', dir)
  if (isErr(r)) return r
  const cwd = yield* getcwd()
  if (isErr(cwd)) {
    if (sh.bash) {
      yield* sh.flush()
      yield* sh.write2(`cd: error retrieving current directory: getcwd: cannot access parent directories: ${cwd.message}\n`)
    }
    setDirectory(sh, canonicalTail(sh.cwd, dir))
  } else setDirectory(sh, cwd)
  return undefined
}

const canonicalTail = (cwd: string, dir: string): string => (dir.startsWith('/') ? dir : `${cwd}/${dir}`)

/** sh_canonpath with PATH_CHECKEXISTS: what a `..` goes back from must be a directory. */
function* checkedCanonical(path: string): Flow<string | undefined> {
  const parts = path.split('/')
  let at = ''
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      const info = at === '' ? undefined : yield* stat(at)
      if (info !== undefined && (isErr(info) || !isDir(info.mode))) return undefined
      at = at.slice(0, at.lastIndexOf('/'))
    } else at += `/${part}`
  }
  return canonical(path)
}

/** spname: the name with one small slip mended in each part (two letters swapped, one missing, wrong or too many); undefined if that doesn't help. */
function* spelled(path: string): Flow<string | undefined> {
  let at = path.startsWith('/') ? '/' : ''
  for (const part of path.split('/').filter((p) => p !== '')) {
    const entries = yield* readDir(at === '' ? '.' : at)
    if (isErr(entries)) return undefined
    const names = entries.map((e) => e.name)
    const best = names.includes(part) || part === '..' || part === '.' ? part : names.find((n) => isSwapped(n, part)) ?? names.find((n) => isOneOff(n, part))
    if (best === undefined) return undefined
    at += at === '' || at.endsWith('/') ? best : `/${best}`
  }
  return at
}
function isSwapped(a: string, b: string): boolean {
  const i = [...a].findIndex((c, n) => c !== b[n])
  return a.length === b.length && i >= 0 && a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2)
}
function isOneOff(a: string, b: string): boolean {
  const i = [...a, ''].findIndex((c, n) => c !== b[n])
  return a.slice(i + 1) === b.slice(i + 1) || a.slice(i + 1) === b.slice(i) || a.slice(i) === b.slice(i + 1)
}

/** cd itself, also for pushd and popd: its messages name the builtin under way. */
export function* cd(sh: Shell, words: readonly string[]): Flow<number> {
  let physical = sh.options.has('physical')
  let i = 1
  if (sh.options.has('restricted')) return yield* sh.fail(1, 'restricted')
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    const bad = [...words[i].slice(1)].find((c) => !(sh.bash ? 'LPe' : 'LP').includes(c))
    if (bad !== undefined) {
      yield* sh.error(sh.bash ? `-${bad}: invalid option` : `Illegal option -${bad}`)
      if (sh.bash) yield* sh.write2('cd: usage: cd [-L|[-P [-e]] [-@]] [dir]\n')
      return 2
    }
    for (const c of words[i].slice(1)) if (c === 'L' || c === 'P') physical = c === 'P'
  }
  if (words.length - i > 1 && sh.bash) return yield* sh.fail(1, 'too many arguments')
  let dir = words[i]
  let show = false
  if (dir === undefined) {
    const home = sh.vars.get('HOME')
    if (home === undefined) return sh.bash ? yield* sh.fail(1, 'HOME not set') : 0
    dir = home
  } else if (dir === '-') {
    const old = sh.vars.get('OLDPWD') ?? (sh.dialect === 'dash' ? sh.cwd : undefined)
    if (old === undefined) return yield* sh.fail(sh.bash ? 1 : 2, 'OLDPWD not set')
    dir = old
    show = true
  }
  if (dir === '') {
    if (show) sh.print('\n')
    return 0
  }
  const cdpath = sh.vars.get('CDPATH')
  if (cdpath !== undefined && !/^\.{0,2}(\/|$)/.test(dir)) {
    for (const base of cdpath.split(':')) {
      const full = base === '' ? dir : `${base.replace(/\/$/, '')}/${dir}`
      const info = yield* stat(full)
      if (!isErr(info) && isDir(info.mode) && (yield* change(sh, full, physical)) === undefined) {
        if (base !== '') sh.print(`${sh.cwd}\n`)
        return 0
      }
    }
  }
  let error = yield* change(sh, dir, physical)
  // cdable_vars: the argument may be the name of a variable.
  const value = error !== undefined && sh.bash && sh.shopts.get('cdable_vars') ? sh.vars.get(dir) : undefined
  if (value !== undefined) {
    error = yield* change(sh, value, physical)
    show = true
  }
  if (error === undefined) {
    if (show) sh.print(`${sh.cwd}\n`)
    return 0
  }
  if (sh.interactive && sh.shopts.get('cdspell')) {
    const better = yield* spelled(dir)
    if (better !== undefined && better !== dir && (yield* change(sh, better, physical)) === undefined) {
      sh.print(`${better}\n`)
      return 0
    }
  }
  if (sh.dialect === 'dash') return yield* sh.fail(2, `can't cd to ${dir}`)
  if (sh.dialect === 'ash') return yield* sh.fail(1, `can't cd to ${dir}: ${error.message}`)
  return yield* sh.fail(1, `${dir}: ${error.message}`)
}

function* pwd(sh: Shell, words: readonly string[]): Flow<number> {
  let physical = sh.options.has('physical')
  for (const w of words.slice(1)) {
    if (w === '--' || !/^-./.test(w)) break
    const bad = [...w.slice(1)].find((c) => c !== 'P' && c !== 'L')
    for (const c of w.slice(1)) physical = c === 'P'
    if (bad !== undefined) {
      yield* sh.error(sh.bash ? `-${bad}: invalid option` : `Illegal option -${bad}`)
      if (sh.bash) yield* sh.write2('pwd: usage: pwd [-LP]\n')
      return 2
    }
  }
  if (!physical) {
    sh.print(`${sh.cwd}\n`)
    return 0
  }
  const cwd = yield* getcwd()
  if (isErr(cwd)) return yield* sh.fail(1, `error retrieving current directory: getcwd: cannot access parent directories: ${cwd.message}`)
  sh.print(`${cwd}\n`)
  return 0
}

export const DIRECTORY: BuiltinTable = { cd, chdir: cd, pwd }
