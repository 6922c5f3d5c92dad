// getcap(8): shows the capabilities of files.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { isDir, isReg } from '../../../abi/stat.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { lstat, readDir } from '../../libc/unistd.ts'
import { capToText } from './cap-text.ts'
import { getFileCaps } from './file-caps.ts'
import { GETCAP_USAGE } from './help.ts'

interface Request { readonly recursive: boolean; readonly verbose: boolean; readonly rootid: boolean }

function* main(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'rvhnl')
  const flags = new Set<string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      yield* c.stderr.write(GETCAP_USAGE)
      return 1
    }
    if ('opt' in event) flags.add(event.opt)
  }
  if (flags.has('l')) {
    yield* c.stdout.write('getcap see LICENSE file for details.\nCopyright (c) 1997,2007,2021 Andrew G. Morgan <morgan@kernel.org>\n')
    return 0
  }
  if (parsed.operands.length === 0 || flags.has('h')) {
    yield* c.stderr.write(GETCAP_USAGE)
    return flags.has('h') ? 0 : 1
  }
  const request = { recursive: flags.has('r'), verbose: flags.has('v'), rootid: flags.has('n') }
  for (const path of parsed.operands) yield* show(c, path, request)
  return 0
}

function* show(c: Crt, path: string, r: Request): Flow<void> {
  const st = yield* lstat(path)
  if (isErr(st)) {
    yield* c.stderr.write(`${path} (${st.message})\n`)
    return
  }
  if (isDir(st.mode) && r.recursive) {
    const entries = yield* readDir(path)
    if (isErr(entries)) return
    for (const { name } of entries) if (name !== '.' && name !== '..') yield* show(c, `${path.replace(/\/$/, '')}/${name}`, r)
    return
  }
  if (!isReg(st.mode)) {
    if (r.verbose) yield* c.stdout.write(`${path} (Not a regular file)\n`)
    return
  }
  const found = yield* getFileCaps(path)
  if (isErr(found)) yield* c.stderr.write(`Failed to get capabilities of file '${path}' (${found.message})\n`)
  else if (found) yield* c.stdout.write(`${path} ${capToText(found.caps)}${r.rootid && found.rootid !== 0 ? ` [rootid=${found.rootid}]` : ''}\n`)
  else if (r.verbose) yield* c.stdout.write(`${path}\n`)
}

export const getcap = program(main)
