// docker cp, export, commit, save, load, import.
import { isErr } from '../../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../../abi/fcntl.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { httpHeader } from '../../../../lib/http.ts'
import { type ArchivedMember, decodeArchive } from '../../../../lib/tar.ts'
import { close, getcwd, isatty, lstat, open, readToEnd, stat, writeAll } from '../../../libc/unistd.ts'
import { isReferenceError, parseReference } from '../reference.ts'
import { encodeArchive, packTree, unpackTree } from '../tree-archive.ts'
import { unbase64 } from '../daemon/archive.ts'
import { type Cli, fail, path } from './cli.ts'
import { query, RequestError } from './connection.ts'
import type { Flags } from './usage.ts'

/** `CONTAINER:PATH`; a path with a colon needs a slash in front of it. */
export function splitCp(text: string): readonly [container: string, path: string] {
  if (text.startsWith('/') || text === '-') return ['', text]
  const colon = text.indexOf(':')
  return colon < 0 || text.startsWith('.') ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)]
}
const baseName = (p: string): string => p.replace(/\/+$/, '').split('/').at(-1) ?? ''
const parentOf = (p: string): string => {
  const clean = p.replace(/\/+$/, '')
  const slash = clean.lastIndexOf('/')
  return slash < 0 ? '.' : slash === 0 ? '/' : clean.slice(0, slash)
}
function* absolute(p: string): Flow<string> {
  if (p.startsWith('/')) return p
  const cwd = yield* getcwd()
  return `${isErr(cwd) || cwd === '/' ? '' : cwd}/${p}`
}
function* readInput(file: string): Flow<Uint8Array | { readonly message: string }> {
  const fd = file === '-' ? 0 : yield* open(file, O_RDONLY)
  if (isErr(fd)) return fd
  const data = yield* readToEnd(fd)
  if (fd !== 0) yield* close(fd)
  return data
}

export function* cpCommand(cli: Cli, flags: Flags): Flow<number> {
  const [from, to] = flags.args
  const [fromContainer, fromPath] = splitCp(from)
  const [toContainer, toPath] = splitCp(to)
  if (from === '') return yield* fail(cli, 'source can not be empty')
  if (to === '') return yield* fail(cli, 'destination can not be empty')
  if (fromContainer !== '' && toContainer !== '') return yield* fail(cli, 'copying between containers is not supported')
  if (fromContainer !== '') return yield* copyFrom(cli, fromContainer, fromPath, toPath)
  if (toContainer !== '') return yield* copyTo(cli, toContainer, fromPath, toPath, flags.bool('follow-link'))
  return yield* fail(cli, 'must specify at least one container source')
}

/** HEAD …/archive: what is there. */
function* statIn(cli: Cli, container: string, p: string): Flow<{ readonly isDirectory: boolean } | undefined> {
  try {
    const reply = yield* cli.api.stream('HEAD', `/containers/${path(container)}/archive${query({ path: p })}`)
    yield* reply.close()
    const header = httpHeader(reply.head.headers, 'X-Docker-Container-Path-Stat')
    const { mode } = JSON.parse(unbase64(header ?? '')) as { mode: number }
    return { isDirectory: mode >= 2 ** 31 }
  } catch (thrown) {
    if (thrown instanceof RequestError && thrown.isNotFound) return undefined
    throw thrown
  }
}

function* copyFrom(cli: Cli, container: string, source: string, target: string): Flow<number> {
  if (target !== '-' && isErr(yield* stat(parentOf(target)))) {
    const missing = yield* absolute(parentOf(target))
    if (isErr(yield* stat(target))) return yield* fail(cli, `invalid output path: directory ${JSON.stringify(missing)} does not exist`)
  }
  let bytes: Uint8Array
  try {
    bytes = (yield* cli.api.request('GET', `/containers/${path(container)}/archive${query({ path: source })}`)).bytes
  } catch (thrown) {
    if (thrown instanceof RequestError && thrown.isNotFound) return yield* fail(cli, `Error: No such container:path: ${container}:${source}`)
    throw thrown
  }
  if (target === '-') {
    if (yield* isatty(1)) return yield* fail(cli, 'refusing to write binary')
    yield* cli.c.stdout.write(bytes)
    return 0
  }
  const { members } = decodeArchive(bytes)
  const there = yield* stat(target)
  const isDirectory = !isErr(there) && isDir(there.mode)
  const root = members[0]?.name.replace(/\/$/, '') ?? ''
  const sourceIsDirectory = members[0]?.type === '5'
  if (!isErr(there) && !isDirectory && sourceIsDirectory) return yield* fail(cli, 'cannot copy directory')
  if (isErr(there) && target.endsWith('/') && !sourceIsDirectory) return yield* fail(cli, `no such directory`)
  const contentsOnly = source.endsWith('/.') || source === '.'
  const name = isDirectory ? (contentsOnly ? '' : root) : baseName(target)
  const directory = isDirectory ? target : parentOf(target)
  const me = { uid: 0, gid: 0 }
  yield* unpackTree(rename(members, root, name), directory, { owner: me })
  return 0
}
/** The first component gets another name. */
const rename = (members: readonly ArchivedMember[], from: string, to: string): readonly ArchivedMember[] =>
  members.map((m) => ({ ...m, name: m.name === from || m.name === `${from}/` ? (to === '' ? './' : to) : m.name.startsWith(`${from}/`) ? `${to}${to === '' ? '' : '/'}${m.name.slice(from.length + 1)}` : m.name }))

function* copyTo(cli: Cli, container: string, source: string, target: string, follow: boolean): Flow<number> {
  const there = yield* statIn(cli, container, target)
  const put = function* (directory: string, data: Uint8Array): Flow<number> {
    try {
      yield* cli.api.send('PUT', `/containers/${path(container)}/archive${query({ path: directory, noOverwriteDirNonDir: 'true' })}`, data, 'application/x-tar')
    } catch (thrown) {
      if (thrown instanceof RequestError && thrown.isNotFound) {
        return yield* fail(cli, `Error: No such container:path: ${container}:${directory}`)
      }
      throw thrown
    }
    return 0
  }
  if (source === '-') {
    if (there?.isDirectory !== true) return yield* fail(cli, `destination "${container}:${target}" must be a directory`)
    const data = yield* readInput('-')
    return yield* put(target, data instanceof Uint8Array ? data : new Uint8Array(0))
  }
  const st = follow ? yield* stat(source) : yield* lstat(source)
  if (isErr(st)) return yield* fail(cli, `lstat ${(yield* absolute(source)).replace(/^\/([^/]*)$/, '//$1')}: ${st.message.toLowerCase()}`)
  const isDirectory = there?.isDirectory === true
  if (there !== undefined && !isDirectory && isDir(st.mode)) return yield* fail(cli, 'cannot copy directory')
  if (there === undefined && target.endsWith('/') && !isDir(st.mode)) return yield* fail(cli, 'no such directory')
  const contentsOnly = source.endsWith('/.') || source === '.'
  const name = isDirectory ? (contentsOnly ? '.' : baseName(yield* absolute(source))) : baseName(target)
  const directory = isDirectory ? target : parentOf(target).replace(/^\.$/, '/')
  const members: ArchivedMember[] = []
  yield* packTree(source.replace(/\/$/, '') === '' ? '/' : source, name, members)
  return yield* put(directory, encodeArchive(members.map((m) => ({ ...m, uid: 0, gid: 0 }))))
}

/** Writes a download to -o FILE or to standard output, which must not be a terminal. */
function* writeOutput(cli: Cli, output: string, data: Uint8Array): Flow<number> {
  if (output === '') {
    yield* cli.c.stdout.write(data)
    return 0
  }
  const fd = yield* open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  if (isErr(fd)) return yield* fail(cli, `open ${output}: ${fd.message.toLowerCase()}`)
  yield* writeAll(fd, data)
  yield* close(fd)
  return 0
}
function* checkOutput(cli: Cli, output: string, what: string): Flow<void> {
  if (output === '' && (yield* isatty(1))) yield* fail(cli, 'cowardly refusing to save to a terminal. Use the -o flag or redirect')
  if (output !== '' && isErr(yield* stat(parentOf(output)))) yield* fail(cli, `failed to ${what}: invalid output path: directory ${JSON.stringify(parentOf(output))} does not exist`)
}

export function* exportCommand(cli: Cli, flags: Flags): Flow<number> {
  const output = flags.text('output')
  yield* checkOutput(cli, output, 'export container')
  const { bytes } = yield* cli.api.request('GET', `/containers/${path(flags.args[0])}/export`)
  return yield* writeOutput(cli, output, bytes)
}
export function* saveCommand(cli: Cli, flags: Flags): Flow<number> {
  const output = flags.text('output')
  yield* checkOutput(cli, output, 'save image')
  const names = flags.args.map((n) => `names=${encodeURIComponent(n)}`).join('&')
  const { bytes } = yield* cli.api.request('GET', `/images/get?${names}`)
  return yield* writeOutput(cli, output, bytes)
}

export function* loadCommand(cli: Cli, flags: Flags): Flow<number> {
  const input = flags.text('input')
  if (input === '' && (yield* isatty(0))) return yield* fail(cli, 'requested load from stdin, but stdin is empty')
  const data = yield* readInput(input === '' ? '-' : input)
  if (!(data instanceof Uint8Array)) return yield* fail(cli, `open ${input}: ${data.message.toLowerCase()}`)
  const { text } = yield* cli.api.send('POST', `/images/load?quiet=${flags.bool('quiet') ? 1 : 0}`, data, 'application/x-tar')
  for (const line of text.split('\r\n')) {
    if (line === '') continue
    const message = JSON.parse(line) as { stream?: string; error?: string }
    if (message.error !== undefined) return yield* fail(cli, message.error)
    yield* cli.c.stdout.write(message.stream ?? '')
  }
  return 0
}

const changesQuery = (changes: readonly string[]): string => changes.map((c) => `&changes=${encodeURIComponent(c)}`).join('')

export function* importCommand(cli: Cli, flags: Flags): Flow<number> {
  const [source, ref = ''] = flags.args
  const reference = ref === '' ? undefined : parseReference(ref)
  if (reference !== undefined && isReferenceError(reference)) return yield* fail(cli, reference.error)
  const isUrl = /^https?:\/\//.test(source)
  const data = isUrl ? new Uint8Array(0) : yield* readInput(source)
  if (!(data instanceof Uint8Array)) return yield* fail(cli, `open ${source}: ${data.message.toLowerCase()}`)
  const url = `/images/create${query({ fromSrc: isUrl ? source : '-', message: flags.text('message'), repo: reference?.name ?? '', tag: reference === undefined ? '' : (reference.tag ?? 'latest') })}${changesQuery(flags.list('change'))}`
  const { text } = yield* cli.api.send('POST', url, data, 'text/plain')
  yield* cli.c.stdout.write(`${(JSON.parse(text) as { status: string }).status}\n`)
  return 0
}

export function* commitCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name, ref = ''] = flags.args
  const reference = ref === '' ? undefined : parseReference(ref)
  if (reference !== undefined && isReferenceError(reference)) return yield* fail(cli, reference.error)
  const url = `/commit${query({ container: name, author: flags.text('author'), comment: flags.text('message'), repo: reference?.name ?? '', tag: reference?.tag ?? (reference === undefined ? '' : 'latest') })}${changesQuery(flags.list('change'))}`
  const { text } = yield* cli.api.request('POST', url)
  yield* cli.c.stdout.write(`${(JSON.parse(text) as { Id: string }).Id}\n`)
  return 0
}
