// docker build: packs the context, sends it, prints what the builder says.
import { isErr } from '../../../../abi/errno.ts'
import { O_RDONLY } from '../../../../abi/fcntl.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { fnmatch } from '../../../../lib/fnmatch.ts'
import { type ArchivedMember, decodeArchive } from '../../../../lib/tar.ts'
import { close, getcwd, open, readFile, readToEnd, stat, writeFile } from '../../../libc/unistd.ts'
import { GoError } from '../../go-error.ts'
import { lookPath } from '../../go-exec.ts'
import { polled, reach } from '../../go-net.ts'
import { isReferenceError, parseReference } from '../reference.ts'
import { encodeArchive, fileMember, packTree } from '../tree-archive.ts'
import { type Cli, fail } from './cli.ts'
import { query } from './connection.ts'
import { humanSize } from './format.ts'
import { toMap } from './run-config.ts'
import type { Flags } from './usage.ts'

/** .dockerignore: patterns, `!` takes back. */
export function ignoreRule(text: string): (path: string) => boolean {
  const rules = text.split('\n').map((l) => l.trim()).filter((l) => l !== '' && !l.startsWith('#')).map((l) => ({ isException: l.startsWith('!'), pattern: l.replace(/^!/, '').replace(/^\.?\//, '').replace(/\/$/, '') }))
  const matches = (path: string, pattern: string): boolean => {
    const parts = path.split('/')
    for (let n = parts.length; n > 0; n--) {
      const head = parts.slice(0, n).join('/')
      const plain = pattern.startsWith('**/') ? fnmatch(pattern.slice(3), parts[n - 1]) || fnmatch(pattern.slice(3), head, { pathname: true }) : fnmatch(pattern, head, { pathname: true })
      if (plain) return true
    }
    return false
  }
  return (path) => rules.reduce((ignored, rule) => (matches(path, rule.pattern) ? !rule.isException : ignored), false)
}

/** A context that isn't on this machine: as far as `attempt` comes. */
function* remoteContext(cli: Cli, what: string, attempt: Flow<unknown>, failing: string): Flow<number> {
  try {
    yield* attempt
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    return yield* fail(cli, `unable to prepare context: ${failing}: ${thrown.message}`)
  }
  return yield* fail(cli, `${what} is real, but not simulated here`, 95)
}

function* readAll(fd: number): Flow<Uint8Array> {
  const data = yield* readToEnd(fd)
  return isErr(data) ? new Uint8Array(0) : data
}

export function* buildCommand(cli: Cli, flags: Flags): Flow<number> {
  const [where] = flags.args
  const file = flags.text('file')
  for (const tag of flags.list('tag')) {
    const parsed = parseReference(tag)
    if (isReferenceError(parsed)) return yield* fail(cli, `invalid argument ${JSON.stringify(tag)} for "-t, --tag" flag: ${parsed.error}\nSee 'docker build --help'.`, 125)
  }
  const quiet = flags.bool('quiet')
  let archive: Uint8Array
  let dockerfile = file === '' ? 'Dockerfile' : file
  if (where === '-') {
    const data = yield* readAll(0)
    archive = decodeArchive(data).isArchive ? data : encodeArchive([fileMember('Dockerfile', data)])
  } else if (/^(git@|git:\/\/|github\.com\/)|^https?:\/\/.*\.git(#.*)?$/.test(where)) {
    return yield* remoteContext(cli, 'a context from a git repository', lookPath('git', [`PATH=${cli.c.env.get('PATH') ?? ''}`]), "unable to find 'git'")
  } else if (/^https?:/.test(where)) {
    return yield* remoteContext(cli, `fetching ${where}`, reach(where, polled), `unable to download remote context ${where}`)
  } else {
    const st = yield* stat(where)
    if (isErr(st)) return yield* fail(cli, `unable to prepare context: path ${JSON.stringify(where)} not found`)
    if (!isDir(st.mode)) return yield* fail(cli, `unable to prepare context: context must be a directory: ${yield* absolute(where)}`)
    const members: ArchivedMember[] = []
    const ignore = yield* readFile(`${where}/.dockerignore`)
    const ignored = ignoreRule(isErr(ignore) ? '' : ignore)
    if (file === '-') {
      yield* packTree(where, '.', members, { skips: ignored })
      members.push(fileMember('.dockerfile.stdin', yield* readAll(0)))
      dockerfile = '.dockerfile.stdin'
    } else {
      const named = file === '' ? `${where.replace(/\/$/, '')}/Dockerfile` : file
      const fd = yield* open(named, O_RDONLY)
      if (isErr(fd)) {
        const full = yield* absolute(named)
        return yield* fail(cli, `unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${full}: ${fd.message.toLowerCase()}`)
      }
      const text = yield* readAll(fd)
      yield* close(fd)
      const root = yield* absolute(where)
      const full = yield* absolute(named)
      dockerfile = full.startsWith(`${root}/`) ? full.slice(root.length + 1) : `.dockerfile.outside`
      const keep = new Set([dockerfile, '.dockerignore'])
      yield* packTree(where, '.', members, { skips: (p) => !keep.has(p) && ignored(p) })
      if (!full.startsWith(`${root}/`)) members.push(fileMember(dockerfile, text))
    }
    archive = encodeArchive(members.map((m) => ({ ...m, uid: 0, gid: 0 })))
  }
  const sending = `Sending build context to Docker daemon ${humanSize(archive.length, 4).padStart(8)}\r\r\n`
  if (!quiet) yield* cli.c.stdout.write(sending)
  yield* cli.c.stdout.flush()
  const args = toMap(flags.list('build-arg').flatMap((a) => (a.includes('=') ? [a] : cli.c.env.has(a) ? [`${a}=${cli.c.env.get(a) ?? ''}`] : [])))
  const tags = flags.list('tag').map((t) => `&t=${encodeURIComponent(t)}`).join('')
  const url = `/build${query({
    dockerfile, q: quiet, nocache: flags.bool('no-cache'), pull: flags.bool('pull'), rm: flags.bool('rm', true), forcerm: flags.bool('force-rm'), buildargs: JSON.stringify(args), labels: JSON.stringify(toMap(flags.list('label'))),
    target: flags.text('target'), networkmode: flags.get('network') ?? 'default',
  })}${tags}`
  const stream = yield* cli.api.streamWith('POST', url, archive, 'application/x-tar')
  let rest = ''
  let built = ''
  for (let data = yield* stream.next(); data !== undefined; data = yield* stream.next()) {
    rest += decodeUtf8(data)
    const lines = rest.split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as { stream?: string; error?: string; errorDetail?: { code?: number }; aux?: { ID: string } }
      if (message.error !== undefined) {
        if (quiet) yield* cli.c.stderr.write(`${sending}${built}`)
        return yield* fail(cli, message.error, message.errorDetail?.code ?? 1)
      }
      if (quiet) built += message.stream ?? ''
      else if (message.stream !== undefined) yield* cli.c.stdout.write(message.stream)
      if (message.aux !== undefined && flags.has('iidfile')) yield* writeFile(flags.text('iidfile'), message.aux.ID)
    }
    yield* cli.c.stdout.flush()
  }
  if (quiet) yield* cli.c.stdout.write(built)
  return 0
}
function* absolute(path: string): Flow<string> {
  const cwd = yield* getcwd()
  const joined = path.startsWith('/') ? path : `${isErr(cwd) ? '' : cwd}/${path}`
  const parts: string[] = []
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}

export function* builderPrune(cli: Cli, _flags: Flags): Flow<number> {
  yield* cli.c.stdout.write('Total reclaimed space:\t0B\n')
  return 0
}
