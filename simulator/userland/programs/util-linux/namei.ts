// namei(1) of util-linux 2.38.1: follows a path name component by component, through symbolic links.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { isLnk, type Stat, isDir } from '../../../abi/stat.ts'
import { modeString } from '../../../lib/filemode.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { lstat, readlink } from '../../libc/unistd.ts'
import { option, tryHelp } from './common.ts'
import { NAMEI_HELP } from './help/namei.ts'

export const NAMEI_OPTIONS: OptionTable = {
  short: 'hVlmnovx',
  long: [
    { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'mountpoints', arg: 'none', is: 'x' }, { name: 'modes', arg: 'none', is: 'm' },
    { name: 'owners', arg: 'none', is: 'o' }, { name: 'long', arg: 'none', is: 'l' }, { name: 'nosymlinks', arg: 'none', is: 'n' }, { name: 'vertical', arg: 'none', is: 'v' },
  ],
}

interface Step { readonly name: string; readonly depth: number; readonly st: Stat | Errno; readonly link: string | undefined; readonly mount: boolean; readonly user: string; readonly group: string }

const MAX_LINKS = 40

export function* namei(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, NAMEI_OPTIONS.short, NAMEI_OPTIONS.long)
  const flags = new Set<string>()
  for (const event of parsed.options) {
    const { opt } = yield* option(c, event, NAMEI_HELP)
    for (const flag of opt === 'l' ? ['m', 'o', 'v'] : [opt]) flags.add(flag)
  }
  if (parsed.operands.length === 0) {
    yield* warn(c, 'pathname argument is missing')
    return yield* tryHelp(c)
  }
  let status = 0
  for (const path of parsed.operands) {
    const steps: Step[] = []
    if (!(yield* walk(path, '', 0, steps, !flags.has('n'), new IdNames()))) status = 1
    yield* c.stdout.write(`f: ${path}\n${format(steps, flags)}`)
  }
  return status
}

/** Adds the steps of a path below `dir`; false at a component that isn't there. */
function* walk(path: string, dir: string, depth: number, steps: Step[], follow: boolean, names: IdNames): Flow<boolean> {
  let here = path.startsWith('/') ? '' : dir
  let parentDev: number | undefined
  const parts = [...(path.startsWith('/') ? ['/'] : []), ...path.split('/').filter((p) => p !== '')]
  for (const name of parts) {
    const full = name === '/' ? '/' : `${here === '/' ? '' : here}${here === '' && !path.startsWith('/') && dir === '' ? '' : '/'}${name}`
    const st = yield* lstat(full)
    const link = !isErr(st) && isLnk(st.mode) ? yield* readlink(full) : undefined
    const user = isErr(st) ? '' : ((yield* names.user(st.uid)) ?? String(st.uid))
    const group = isErr(st) ? '' : ((yield* names.group(st.gid)) ?? String(st.gid))
    steps.push({ name, depth, st, link: link === undefined || isErr(link) ? undefined : link, mount: !isErr(st) && isDir(st.mode) && (name === '/' || (parentDev !== undefined && parentDev !== st.dev)), user, group })
    if (isErr(st)) return false
    if (follow && link !== undefined && !isErr(link)) {
      if (depth > MAX_LINKS) return false
      if (!(yield* walk(link, here, depth + 1, steps, follow, names))) return false
    }
    parentDev = st.dev
    here = full === '/' ? '' : full
  }
  return true
}

function format(steps: readonly Step[], flags: ReadonlySet<string>): string {
  const ids = steps.filter((s) => !isErr(s.st))
  const width = (pick: (s: Step) => string): number => Math.max(0, ...ids.map((s) => pick(s).length))
  const [userWidth, groupWidth] = [width((s) => s.user), width((s) => s.group)]
  let out = ''
  for (const s of steps) {
    const indent = ' '.repeat(s.depth * 2)
    const ownerColumns = flags.has('o') ? `${s.user.padEnd(userWidth)} ${s.group.padEnd(groupWidth)} ` : ''
    if (isErr(s.st)) {
      const blank = ' '.repeat((flags.has('m') ? 10 : 1) + (flags.has('o') ? userWidth + groupWidth + 2 : 0) + (flags.has('v') ? 0 : 1))
      out += `${blank} ${indent}${s.name} - ${s.st.message}\n`
      continue
    }
    const mode = modeString(s.st.mode)
    const type = flags.has('m') ? mode : s.mount && flags.has('x') ? 'D' : mode[0]
    const target = s.link === undefined ? '' : ` -> ${s.link}`
    out += flags.has('v') ? `${type} ${ownerColumns}${indent}${s.name}${target}\n` : ` ${indent}${type} ${ownerColumns}${s.name}${target}\n`
  }
  return out
}
