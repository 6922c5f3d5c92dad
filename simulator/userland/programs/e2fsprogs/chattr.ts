// chattr(1) of e2fsprogs 1.47.0
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { lstat, readDir } from '../../libc/unistd.ts'
import { getFlags, setFlags } from './attributes.ts'
import { CHANGEABLE, flagBit, flagText } from './flags.ts'

const USAGE = `Usage: chattr [-RVf] [-+=${CHANGEABLE}] [-p project] [-v version] files...\n`

interface Change {
  add: number
  remove: number
  set: number | undefined
  recursive: boolean
  verbose: boolean
  quiet: boolean
}

function* usage(c: Crt): Flow<number> {
  yield* c.stderr.write(USAGE)
  return 1
}

export function* chattr(c: Crt): Flow<number> {
  const change: Change = { add: 0, remove: 0, set: undefined, recursive: false, verbose: false, quiet: false }
  let at = 1
  for (; at < c.argv.length; at++) {
    const word = c.argv[at]
    const kind = word[0]
    if (kind !== '-' && kind !== '+' && kind !== '=') break
    if (word === '--') {
      at++
      break
    }
    if (kind === '-' && /^-[pv]$/.test(word)) return yield* unsimulated(c, `option ${word}`)
    for (const letter of word.slice(1)) {
      if (kind === '-' && letter === 'R') change.recursive = true
      else if (kind === '-' && letter === 'V') change.verbose = true
      else if (kind === '-' && letter === 'f') change.quiet = true
      else {
        const bit = flagBit(letter)
        if (bit === undefined) return yield* usage(c)
        if (kind === '+') change.add |= bit
        else if (kind === '-') change.remove |= bit
        else change.set = (change.set ?? 0) | bit
      }
    }
    if (word === '=') change.set ??= 0
  }
  const files = c.argv.slice(at)
  const nothing = change.add === 0 && change.remove === 0 && change.set === undefined
  if (files.length === 0) return yield* usage(c)
  if (nothing) {
    yield* c.stderr.write("Must use '-v', =, - or +\n")
    return 1
  }
  if (change.set !== undefined && (change.add !== 0 || change.remove !== 0)) {
    yield* c.stderr.write("= is incompatible with - and +\n")
    return 1
  }
  if ((change.add & change.remove) !== 0) {
    yield* c.stderr.write("Can't both set and unset same flag.\n")
    return 1
  }
  if (change.verbose) yield* c.stderr.write('chattr 1.47.0 (5-Feb-2023)\n')
  let status = 0
  for (const file of files) status = Math.max(status, yield* apply(c, change, file))
  return status
}

function* apply(c: Crt, change: Change, path: string): Flow<number> {
  const complain = function* (message: string): Flow<number> {
    if (!change.quiet) yield* warn(c, message)
    return 1
  }
  const info = yield* lstat(path)
  if (isErr(info)) return yield* complain(`${info.message} while trying to stat ${path}`)
  const flags = yield* getFlags(path)
  if (isErr(flags)) return yield* complain(`${flags.message} while reading flags on ${path}`)
  const next = change.set ?? (flags & ~change.remove) | change.add
  if (change.verbose) yield* c.stdout.write(`Flags of ${path} set as ${flagText(next)}\n`)
  const done = yield* setFlags(path, next)
  if (isErr(done)) return yield* complain(`${done.message} while setting flags on ${path}`)
  return change.recursive && isDir(info.mode) ? yield* applyInside(c, change, path) : 0
}

function* applyInside(c: Crt, change: Change, path: string): Flow<number> {
  const entries = yield* readDir(path)
  if (isErr(entries)) return 0
  let status = 0
  for (const { name } of entries) if (name !== '.' && name !== '..') status = Math.max(status, yield* apply(c, change, `${path}/${name}`))
  return status
}
