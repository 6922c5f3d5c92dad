// choom(1) of util-linux 2.38.1: how readily the kernel kills a process when memory runs out.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { readFile, writeFile } from '../../libc/unistd.ts'
import { die, execute, option, signedNumber, tryHelp } from './common.ts'
import { CHOOM_HELP } from './help/choom.ts'

export const CHOOM_OPTIONS: OptionTable = {
  short: '+hn:p:V',
  long: [{ name: 'adjust', arg: 'required', is: 'n' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'pid', arg: 'required', is: 'p' }, { name: 'version', arg: 'none', is: 'V' }],
}

export function* choom(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, CHOOM_OPTIONS.short, CHOOM_OPTIONS.long)
  let pid: number | undefined
  let adjust: number | undefined
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, CHOOM_HELP)
    if (opt === 'p') pid = yield* signedNumber(c, arg, 'invalid PID argument')
    else adjust = yield* signedNumber(c, arg, 'invalid adjust argument')
  }
  const words = parsed.operands
  if ((pid !== undefined && words.length > 0) || (pid === undefined && words.length === 0)) {
    yield* warn(c, pid === undefined ? 'no PID or COMMAND specified' : 'no --pid and COMMAND at the same time')
    return yield* tryHelp(c)
  }
  const dir = `/proc/${pid ?? 'self'}`
  if (adjust === undefined && pid === undefined) return yield* die(c, 1, 'no OOM score adjust value specified')
  const old = yield* score(c, `${dir}/oom_score_adj`)
  if (adjust === undefined) {
    yield* c.stdout.write(`pid ${pid}'s current OOM score: ${yield* score(c, `${dir}/oom_score`)}\n`)
    yield* c.stdout.write(`pid ${pid}'s current OOM score adjust value: ${old}\n`)
    return 0
  }
  const set = yield* writeFile(`${dir}/oom_score_adj`, String(adjust), O_WRONLY)
  if (isErr(set)) return yield* die(c, 1, 'failed to set score adjust value', set)
  if (pid === undefined) return yield* execute(c, words)
  yield* c.stdout.write(`pid ${pid}'s OOM score adjust value changed from ${old} to ${adjust}\n`)
  return 0
}

function* score(c: Crt, path: string): Flow<string> {
  const text = yield* readFile(path)
  return isErr(text) ? yield* die(c, 1, path.endsWith('adj') ? 'failed to read OOM score adjust value' : 'failed to read OOM score value', text) : text.trim()
}
