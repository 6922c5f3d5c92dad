// setcap(8): gives capabilities to files, takes them away, or checks them. Arguments come in pairs of capabilities and file name.
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_SETFCAP, capBit } from '../../../abi/capability.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { capFromText, type CapTriple } from './cap-text.ts'
import { coversUnion, getFileCaps, removeFileCaps, setFileCaps } from './file-caps.ts'
import { SETCAP_USAGE } from './help.ts'

function* usage(c: Crt): Flow<never> {
  yield* c.stderr.write(SETCAP_USAGE)
  return exit(1)
}

function* main(c: Crt): Flow<number> {
  const words = c.argv.slice(1)
  if (words.length === 0) return yield* usage(c)
  let quiet = false
  let verify = false
  let rootid = 0
  let status = 0
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (word === '-q') quiet = true
    else if (word === '-v') verify = true
    else if (word === '-h') {
      yield* c.stdout.write(SETCAP_USAGE)
      return 0
    } else if (word === '--license') {
      yield* c.stdout.write('setcap see LICENSE file for details.\nCopyright (c) 1997,2007-8,2020-21 Andrew G. Morgan <morgan@kernel.org>\n')
      return 0
    } else if (word === '-n') {
      rootid = Number(words.shift())
      if (!Number.isInteger(rootid) || rootid <= 0) return yield* invalid(c)
    } else {
      const caps = word === '-r' ? undefined : yield* parse(c, word, quiet)
      const file = words.shift()
      if (file === undefined) return yield* usage(c)
      if (verify) status = (yield* check(c, file, caps, quiet)) || status
      else yield* change(c, file, caps, rootid)
    }
  }
  return status
}

function* invalid(c: Crt): Flow<never> {
  yield* c.stderr.write(`fatal error: ${E.EINVAL.message}\n`)
  return yield* usage(c)
}

function* parse(c: Crt, word: string, quiet: boolean): Flow<CapTriple> {
  let text = word
  if (word === '-') {
    if (!quiet) yield* c.stderr.write('Please enter caps for file [empty line to end]:\n')
    text = ''
    for (let line = yield* c.stdin.line(); line !== undefined && line !== '\n'; line = yield* c.stdin.line()) text += line
  }
  return capFromText(text) ?? (yield* invalid(c))
}

function* change(c: Crt, file: string, caps: CapTriple | undefined, rootid: number): Flow<void> {
  const own = yield* call('capget', 0)
  const raised = isErr(own) ? own : yield* call('capset', { ...own, effective: own.effective | capBit(CAP_SETFCAP) })
  if (isErr(raised)) {
    yield* c.stderr.write(`unable to set CAP_SETFCAP effective capability: ${raised.message}\n`)
    exit(1)
  }
  const result = caps ? yield* setFileCaps(file, caps, rootid) : yield* removeFileCaps(file)
  if (!isErr(result)) return
  if (caps && result === E.EINVAL && !coversUnion(caps)) {
    yield* c.stderr.write('NOTE: Under Linux, effective file capabilities must either be empty, or\n      exactly match the union of selected permitted and inheritable bits.\n')
  }
  if (!caps && result === E.ENODATA) yield* c.stderr.write(`File '${file}' has no capablity to remove\n`)
  else if (caps && result === E.EINVAL) yield* c.stderr.write(`Invalid file '${file}' for capability operation\n`)
  else yield* c.stderr.write(`Failed to set capabilities on file '${file}': ${result.message}\n`)
  exit(1)
}

function* check(c: Crt, file: string, caps: CapTriple | undefined, quiet: boolean): Flow<number> {
  const found = yield* getFileCaps(file)
  const have = found === undefined || isErr(found) ? { effective: 0n, inheritable: 0n, permitted: 0n } : found.caps
  const want = caps ?? { effective: 0n, inheritable: 0n, permitted: 0n }
  const differs = (have.permitted !== want.permitted ? 'p' : '') + (have.inheritable !== want.inheritable ? 'i' : '') + (have.effective !== want.effective ? 'e' : '')
  if (!quiet) yield* c.stdout.write(differs === '' ? `${file}: OK\n` : `${file} differs in [${differs}]\n`)
  return differs === '' ? 0 : 1
}

export const setcap = program(main)
