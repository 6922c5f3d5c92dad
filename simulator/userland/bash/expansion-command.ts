// Command substitution and process substitution: a child with its output (or input) on a pipe.
import type { Flow } from '../../abi/syscalls.ts'
import type { List } from './ast.ts'
import { isErr } from '../../abi/errno.ts'
import { O_RDONLY } from '../../abi/fcntl.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { close, open, readToEnd } from '../libc/unistd.ts'
import { ShellAbort, type Shell } from './state.ts'
import { expandWord } from './expansion.ts'
import { executeList } from './exec.ts'
import { forkShell, waitForPid } from './jobs.ts'
import { exitStatus } from './job-table.ts'

const clean = (bytes: Uint8Array): string => {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 10) end--
  const text = decodeUtf8(end === bytes.length ? bytes : bytes.subarray(0, end))
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}

/** $(…): the output without its final newlines; $? becomes the child's status. */
export function* commandSubstitution(sh: Shell, body: List): Flow<string> {
  sh.commandSubstitutions++
  if (body.statements.length === 0) {
    sh.status = 0
    return ''
  }
  const file = fileRead(sh, body)
  const ends = yield* call('pipe2', 0)
  if (isErr(ends)) {
    yield* sh.error(`cannot make pipe for command substitution: ${ends.message}`, '')
    throw new ShellAbort('discard', 1)
  }
  const [reader, writer] = ends
  const pid = yield* forkShell(sh, 'substitution', function* (child) {
    yield* close(reader)
    if (writer !== 1) {
      yield* call('dup2', writer, 1)
      yield* close(writer)
    }
    if (!child.shopts.get('inherit_errexit') && child.bash && !child.options.has('posix')) child.options.delete('errexit')
    if (file) return yield* copyFile(child, body)
    child.traceLevel++
    yield* executeList(child, body, true)
    return child.status
  })
  yield* close(writer)
  if (pid === undefined) {
    yield* close(reader)
    throw new ShellAbort('discard', 254)
  }
  const data = yield* readToEnd(reader, sh.heap)
  yield* close(reader)
  if (!isErr(data)) yield* sh.heap.give(data.length)
  sh.status = exitStatus(yield* waitForPid(sh, pid))
  if (sh.bash && !isErr(data) && data.includes(0)) yield* sh.error('warning: command substitution: ignored null byte in input', '')
  return isErr(data) ? '' : clean(data)
}

/** $(<file) */
function fileRead(sh: Shell, body: List): boolean {
  const c = body.statements[0].command
  return sh.bash && body.statements.length === 1 && c.kind === 'simple' && c.words.length === 0 && c.assigns.length === 0 && c.redirects.length === 1 && c.redirects[0].operator === '<' && c.redirects[0].fd === undefined
}

function* copyFile(sh: Shell, body: List): Flow<number> {
  const c = body.statements[0].command
  if (c.kind !== 'simple') return 1
  const name: string[] = []
  yield* expandWord(sh, c.redirects[0].target, name)
  const fd = yield* open(name.join(' '), O_RDONLY)
  if (isErr(fd)) return yield* sh.fail(1, `${name.join(' ')}: ${fd.message}`)
  for (;;) {
    const part = yield* call('read', fd, 65536)
    if (isErr(part) || part.length === 0) return 0
    yield* call('write', 1, part)
  }
}


/** <(…) and >(…): answers /dev/fd/N, N counting down from 63. */
export function* processSubstitution(sh: Shell, operator: '<' | '>', body: List): Flow<string> {
  const ends = yield* call('pipe2', 0)
  if (isErr(ends)) return ''
  const [reader, writer] = ends
  const mine = operator === '<' ? reader : writer
  const theirs = operator === '<' ? writer : reader
  const pid = yield* forkShell(sh, 'process', function* (child) {
    yield* close(mine)
    for (const s of child.substitutions) yield* close(s.fd)
    yield* call('dup2', theirs, operator === '<' ? 1 : 0)
    yield* close(theirs)
    yield* executeList(child, body, true)
    return child.status
  })
  yield* close(theirs)
  if (pid === undefined) {
    yield* close(mine)
    throw new ShellAbort('discard', 1)
  }
  let fd = 63
  while (sh.substitutions.some((s) => s.fd === fd)) fd--
  yield* call('dup2', mine, fd)
  yield* close(mine)
  sh.substitutions.push({ fd, pid })
  sh.lastBackground = pid
  return `/dev/fd/${fd}`
}
