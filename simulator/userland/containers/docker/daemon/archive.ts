// A container's file system as a tar archive and back: docker cp, export, commit (daemon/archive.go, export.go).
import { isErr } from '../../../../abi/errno.ts'
import { isDir, isLnk, type Stat } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { ArchivedMember } from '../../../../lib/tar.ts'
import { decodeArchive } from '../../../../lib/tar.ts'
import { lstat, readlink, stat } from '../../../libc/unistd.ts'
import { encodeArchive, packTree, unpackTree } from '../tree-archive.ts'
import { badRequest, notFound, serverError } from './api-error.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import type { Exchange } from './http-server.ts'
import { cleanPath } from './mounts.ts'

/** Runs `body` with the container's root mounted; one that doesn't run is mounted for as long. */
export function* withRoot<T>(daemon: Daemon, container: Container, body: (root: string) => Flow<T>): Flow<T> {
  if (container.streams !== undefined) return yield* body(container.state.pid > 0 ? `/proc/${container.state.pid}/root` : `${daemon.root}/overlay2/${container.cacheId}/merged`)
  const root = yield* daemon.layers.mount(container.cacheId)
  try {
    return yield* body(root)
  } finally {
    yield* daemon.layers.unmount(container.cacheId)
  }
}

/** A path of the container as one of the host: symbolic links are followed inside its root. */
export function* resolveInRoot(root: string, path: string, followLast = true): Flow<string> {
  let rest = cleanPath(path).split('/').filter((p) => p !== '')
  let at = ''
  for (let links = 0; rest.length > 0 && links < 40;) {
    const [name, ...more] = rest
    if (name === '..') {
      at = at.slice(0, at.lastIndexOf('/'))
      rest = more
      continue
    }
    const st = yield* lstat(`${root}${at}/${name}`)
    if (!isErr(st) && isLnk(st.mode) && (more.length > 0 || followLast)) {
      const target = yield* readlink(`${root}${at}/${name}`)
      links += 1
      if (isErr(target)) break
      if (target.startsWith('/')) at = ''
      rest = [...target.split('/').filter((p) => p !== '' && p !== '.'), ...more]
      continue
    }
    at = `${at}/${name}`
    rest = more
  }
  return root + at
}

const goMode = (st: Stat): number => (st.mode & 0o777) + (isDir(st.mode) ? 2 ** 31 : 0) + (isLnk(st.mode) ? 2 ** 27 : 0)
function* statHeader(path: string, name: string): Flow<{ readonly st: Stat; readonly header: string } | undefined> {
  const st = yield* lstat(path)
  if (isErr(st)) return undefined
  const target = isLnk(st.mode) ? yield* readlink(path) : ''
  return { st, header: JSON.stringify({ name, size: st.size, mode: goMode(st), mtime: '2026-01-01T00:00:00Z', linkTarget: isErr(target) ? '' : target }) }
}

/** GET and HEAD /containers/ID/archive?path=… */
export function* getArchive(daemon: Daemon, container: Container, ref: string, x: Exchange): Flow<void> {
  const wanted = x.get('path')
  if (wanted === '') throw badRequest('missing required query parameter: path')
  yield* withRoot(daemon, container, function* (root) {
    const path = yield* resolveInRoot(root, wanted, false)
    const name = cleanPath(wanted) === '/' ? '/' : cleanPath(wanted).split('/').at(-1) ?? ''
    const found = yield* statHeader(path, name)
    if (found === undefined) throw notFound(`Could not find the file ${wanted} in container ${ref}`)
    x.extraHeaders.push(['X-Docker-Container-Path-Stat', base64(found.header)])
    if (x.method === 'HEAD') return yield* x.sendEmpty(200)
    const members: ArchivedMember[] = []
    yield* packTree(path, name === '/' ? '.' : name, members)
    yield* x.send(200, encodeArchive(members), 'application/x-tar')
  })
}

/** PUT /containers/ID/archive?path=…: unpacks into a directory. */
export function* putArchive(daemon: Daemon, container: Container, ref: string, x: Exchange): Flow<void> {
  const wanted = x.get('path')
  const { members } = decodeArchive(x.body)
  const target = cleanPath(wanted)
  const isReadOnly = container.hostConfig.ReadonlyRootfs && !container.mounts.some((m) => m.RW && (target === m.Destination || target.startsWith(`${m.Destination}/`)))
  yield* withRoot(daemon, container, function* (root) {
    const path = yield* resolveInRoot(root, wanted)
    const st = yield* stat(path)
    if (isErr(st)) throw notFound(`Could not find the file ${wanted} in container ${ref}`)
    if (!isDir(st.mode)) throw badRequest('extraction point is not a directory')
    if (isReadOnly) throw serverError('container rootfs is marked read-only')
    yield* unpackTree(members, path, { shift: { uid: daemon.options.remap?.uid ?? 0, gid: daemon.options.remap?.gid ?? 0 } })
  })
  yield* x.sendEmpty(200)
}

/** GET /containers/ID/export */
export function* exportContainer(daemon: Daemon, container: Container, x: Exchange): Flow<void> {
  const send = function* (root: string): Flow<void> {
    const members: ArchivedMember[] = []
    yield* packTree(root, '.', members)
    yield* x.send(200, encodeArchive(members), 'application/octet-stream')
  }
  // what is mounted into it doesn't belong to it
  if (container.streams === undefined) yield* withRoot(daemon, container, send)
  else yield* send(`${daemon.root}/overlay2/${container.cacheId}/merged`)
  yield* daemon.event(container, 'export')
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Base 64 of ASCII text. */
export function base64(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i += 3) {
    const n = (text.charCodeAt(i) << 16) | ((text.charCodeAt(i + 1) || 0) << 8) | (text.charCodeAt(i + 2) || 0)
    out += ALPHABET[n >> 18] + ALPHABET[(n >> 12) & 63] + (i + 1 < text.length ? ALPHABET[(n >> 6) & 63] : '=') + (i + 2 < text.length ? ALPHABET[n & 63] : '=')
  }
  return out
}
export function unbase64(text: string): string {
  let out = ''
  for (let i = 0; i + 3 < text.length; i += 4) {
    const n = [0, 1, 2, 3].reduce((sum, k) => (sum << 6) | Math.max(0, ALPHABET.indexOf(text[i + k])), 0)
    out += String.fromCharCode((n >> 16) & 255) + (text[i + 2] === '=' ? '' : String.fromCharCode((n >> 8) & 255)) + (text[i + 3] === '=' ? '' : String.fromCharCode(n & 255))
  }
  return out
}
