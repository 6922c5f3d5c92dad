// OCI hooks (libcontainer/configs: Hooks.RunHooks): programs that get the container's state as JSON on standard input.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, readToEnd, waitpid, writeAll } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import type { OciHook } from './oci.ts'
import { goJson } from './spec.ts'

export function* runHooks(hooks: readonly OciHook[] | null | undefined, state: unknown): Flow<void> {
  for (const [index, hook] of (hooks ?? []).entries()) yield* runHook(hook, index, state)
}

function* runHook(hook: OciHook, index: number, state: unknown): Flow<void> {
  const input = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const output = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const fault = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const pid = check(yield* call('clone', 0, function* exec() {
    yield* call('dup2', input[0], 0)
    yield* call('dup2', output[1], 1)
    yield* call('dup2', output[1], 2)
    const error = yield* call('execve', hook.path, hook.args ?? [hook.path], hook.env ?? [])
    if (isErr(error)) yield* writeAll(fault[1], encodeUtf8(`fork/exec ${hook.path}: ${goText(error)}`))
    return 1
  }), `error running hook #${index}`)
  for (const fd of [input[0], output[1], fault[1]]) yield* close(fd)
  yield* writeAll(input[1], encodeUtf8(goJson(state)))
  yield* close(input[1])
  const said = yield* readToEnd(output[0])
  const failure = yield* readToEnd(fault[0])
  yield* close(output[0])
  yield* close(fault[0])
  const result = yield* waitpid(pid)
  if (!isErr(failure) && failure.length > 0) fail(`error running hook #${index}: ${decodeUtf8(failure)}`)
  if (isErr(result) || result.status === 0) return
  const how = WIFEXITED(result.status) ? `exit status ${WEXITSTATUS(result.status)}` : `signal: ${WTERMSIG(result.status)}`
  fail(`error running hook #${index}: error running hook: ${how}, stdout: , stderr: ${isErr(said) ? '' : decodeUtf8(said)}`)
}
