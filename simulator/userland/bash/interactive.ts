import type { Flow } from '../../abi/syscalls.ts'
import type { Shell } from './state.ts'
import type { Invocation } from './invocation.ts'
import { StdinInput } from './input.ts'
import { readerLoop } from './reader.ts'
import { runStartupFiles } from './startup.ts'

export function* interactiveShell(sh: Shell, how: Invocation): Flow<number> {
  yield* runStartupFiles(sh, how)
  yield* readerLoop(sh, new StdinInput(), sh.arg0)
  return sh.status
}
