// docker run and docker create.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { isatty, stat, writeFile } from '../../../libc/unistd.ts'
import { isReferenceError, parseReference, withTag } from '../reference.ts'
import { type Cli, fail } from './cli.ts'
import { query, RequestError } from './connection.ts'
import { OptionError, type RunRequest, runRequest } from './run-config.ts'
import { forwardSignals, parseDetachKeys, pump, type StreamEnd, tellSize, watchSize } from './streams.ts'
import type { Flags } from './usage.ts'

interface Created {
  readonly Id: string
  readonly Warnings: readonly string[] | null
}

/** `docker: MESSAGE.` and, for run, where help is. */
function* refuse(cli: Cli, command: 'run' | 'create', message: string, status: number, withHelp: boolean): Flow<never> {
  return yield* fail(cli, `${command === 'run' ? 'docker: ' : ''}${message}${command === 'run' ? '.' : ''}${withHelp ? `\nSee 'docker ${command} --help'.` : ''}`, status)
}

function* requestOf(cli: Cli, flags: Flags, command: 'run' | 'create'): Flow<RunRequest> {
  try {
    return yield* runRequest(flags, cli.c.env)
  } catch (thrown) {
    if (!(thrown instanceof OptionError)) throw thrown
    if (/^invalid argument/.test(thrown.message)) return yield* fail(cli, `${thrown.message}\nSee 'docker ${command} --help'.`, 125)
    return yield* fail(cli, `docker: ${thrown.message}.\nSee 'docker ${command} --help'.`, 125)
  }
}

/** Makes the container; an image that isn't there is pulled first. */
function* create(cli: Cli, flags: Flags, command: 'run' | 'create', { request }: RunRequest): Flow<string> {
  const image = request.Image ?? ''
  const reference = parseReference(image)
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)
  if (isReferenceError(reference) && !isId) return yield* refuse(cli, command, reference.error, 125, command === 'run')
  const cidfile = flags.text('cidfile')
  if (cidfile !== '' && !isErr(yield* stat(cidfile))) return yield* refuse(cli, command, `container ID file found, make sure the other container isn't running or delete ${cidfile}`, 125, command === 'run')
  const post = function* (): Flow<Created> {
    const { text } = yield* cli.api.request('POST', `/containers/create${query({ name: flags.text('name') })}`, request)
    return JSON.parse(text) as Created
  }
  let created: Created
  try {
    if (flags.text('pull') === 'always') yield* pull(cli, image)
    created = yield* post()
  } catch (thrown) {
    if (!(thrown instanceof RequestError) || thrown.isUnsimulated) throw thrown
    const isMissing = thrown.isNotFound && thrown.message.includes('No such image') && flags.text('pull') !== 'never' && flags.text('pull') !== 'always' && !isReferenceError(reference)
    if (!isMissing) return yield* refuse(cli, command, thrown.message, thrown.status === 0 && thrown.message.startsWith('permission') ? 126 : command === 'run' ? 125 : 1, command === 'run')
    yield* cli.c.stderr.write(`Unable to find image '${isReferenceError(reference) ? image : withTag(reference)}' locally\n`)
    try {
      yield* pull(cli, image)
      created = yield* post()
    } catch (again) {
      if (!(again instanceof RequestError) || again.isUnsimulated) throw again
      return yield* refuse(cli, command, again.message, command === 'run' ? 125 : 1, command === 'run')
    }
  }
  for (const warning of created.Warnings ?? []) yield* cli.c.stderr.write(`WARNING: ${warning}\n`)
  if (cidfile !== '') yield* writeFile(cidfile, created.Id)
  return created.Id
}
function* pull(cli: Cli, image: string): Flow<void> {
  const reference = parseReference(image)
  if (isReferenceError(reference)) return
  yield* cli.api.request('POST', `/images/create${query({ fromImage: reference.name, tag: reference.tag ?? 'latest' })}`)
}

export function* createCommand(cli: Cli, flags: Flags): Flow<number> {
  const request = yield* requestOf(cli, flags, 'create')
  const id = yield* create(cli, flags, 'create', request)
  yield* cli.c.stdout.write(`${id}\n`)
  return 0
}

/** Exit status when the daemon couldn't start the process. */
function startFailure(message: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(message)) return 127
  return message.includes('permission denied') ? 126 : 125
}

export function* runCommand(cli: Cli, flags: Flags): Flow<number> {
  const run = yield* requestOf(cli, flags, 'run')
  const { config, host } = run
  const isDetached = flags.bool('detach')
  if (isDetached && flags.has('attach')) return yield* fail(cli, 'Conflicting options: -a and -d', 1)
  if (config.Tty && config.AttachStdin && !isDetached && !(yield* isatty(0))) return yield* fail(cli, 'the input device is not a TTY', 1)
  const keys = parseDetachKeys(flags.text('detach-keys'))
  if (keys === undefined) return yield* fail(cli, `docker: invalid detach keys (${flags.text('detach-keys')}).\nSee 'docker run --help'.`, 125)
  if (isDetached) {
    config.AttachStdin = config.AttachStdout = config.AttachStderr = false
    config.StdinOnce = false
  } else if (config.Tty) host.ConsoleSize = [0, 0]
  const id = yield* create(cli, flags, 'run', { ...run, request: { ...config, HostConfig: host, NetworkingConfig: run.request.NetworkingConfig } })
  if (isDetached) return yield* startDetached(cli, id, run)
  const { rt } = cli
  const isAttached = config.AttachStdin || config.AttachStdout || config.AttachStderr
  if (!config.Tty && flags.bool('sig-proxy', true)) yield* forwardSignals(cli, id)
  const hijacked = yield* cli.api.hijack(`/containers/${id}/attach${query({ stream: true, stdin: config.AttachStdin, stdout: config.AttachStdout, stderr: config.AttachStderr })}`)
  const waiting = { status: undefined as number | undefined, signal: new Signal() }
  rt.go(waitFor(cli, id, host.AutoRemove ? 'removed' : 'next-exit', waiting))
  yield* rt.yield()
  if (config.Tty) yield* tellSize(cli, `/containers/${id}`)
  try {
    yield* cli.api.request('POST', `/containers/${id}/start`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    return yield* fail(cli, `docker: ${thrown.message}.`, startFailure(thrown.message))
  }
  if (config.Tty) yield* watchSize(cli, `/containers/${id}`)
  const end: StreamEnd = isAttached ? yield* pump(cli, hijacked, { stdin: config.AttachStdin, isTerminal: config.Tty, detachKeys: keys }) : 'closed'
  if (end === 'detached') return 0
  while (waiting.status === undefined) yield* rt.wait(waiting.signal)
  return waiting.status
}

function* startDetached(cli: Cli, id: string, { config }: RunRequest): Flow<number> {
  if (config.AttachStdin) config.AttachStdin = false
  try {
    yield* cli.api.request('POST', `/containers/${id}/start`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    yield* cli.c.stdout.write(`${id}\n`)
    return yield* fail(cli, `docker: ${thrown.message}.`, startFailure(thrown.message))
  }
  yield* cli.c.stdout.write(`${id}\n`)
  return 0
}

/** The container's exit code, once it has one. */
export function* waitFor(cli: Cli, id: string, condition: string, result: { status: number | undefined; readonly signal: Signal }): Flow<void> {
  try {
    const { text } = yield* cli.api.request('POST', `/containers/${id}/wait${query({ condition })}`)
    result.status = (JSON.parse(text) as { StatusCode: number }).StatusCode
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    result.status = 125
  }
  result.signal.wake()
}
