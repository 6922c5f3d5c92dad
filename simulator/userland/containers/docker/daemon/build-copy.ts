// COPY and ADD: files of the build context or of another stage become a layer (builder/dockerfile/copy.go).
import { isErr } from '../../../../abi/errno.ts'
import { O_RDONLY } from '../../../../abi/fcntl.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { fnmatch } from '../../../../lib/fnmatch.ts'
import { gunzip, isGzip } from '../../../../lib/gzip.ts'
import { decodeArchive } from '../../../../lib/tar.ts'
import { close, lstat, open, readDir, readFile, readToEnd, stat } from '../../../libc/unistd.ts'
import type { ContainerConfig } from '../api.ts'
import { unpackTree } from '../tree-archive.ts'
import { ApiError, badRequest } from './api-error.ts'
import { fetchUrl } from './registry.ts'
import { resolveInRoot } from './archive.ts'
import { commitContainer } from './commit.ts'
import { copyTree, type Owner } from './copy-tree.ts'
import { createContainer, makeLayers } from './create.ts'
import type { Daemon } from './daemon.ts'
import type { Image } from './image-store.ts'
import { cleanPath } from './mounts.ts'
import { resolveUser } from './oci-spec.ts'
import { forget } from './start.ts'
import { mkdirAll, sha256Hex } from './util.ts'

export interface CopyRequest {
  readonly name: string
  readonly sources: readonly string[]
  readonly target: string
  readonly chown: string
  readonly chmod: string | undefined
  readonly workingDir: string
}

/** Contents, names and modes below a path as one number: the cache knows a COPY by it. */
function* contentHash(path: string, name: string): Flow<string> {
  const st = yield* lstat(path)
  if (isErr(st)) return ''
  if (!isDir(st.mode)) {
    const fd = yield* open(path, O_RDONLY)
    const data = isErr(fd) ? new Uint8Array(0) : yield* readToEnd(fd)
    if (!isErr(fd)) yield* close(fd)
    return sha256Hex(`${name} ${st.mode} ${isErr(data) ? '' : sha256Hex(data)}`)
  }
  let text = `${name} ${st.mode}`
  const entries = yield* readDir(path)
  for (const entry of isErr(entries) ? [] : [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) if (entry.name !== '.' && entry.name !== '..') text += yield* contentHash(`${path}/${entry.name}`, entry.name)
  return sha256Hex(text)
}

/** The files a source names in a root; `*` and `?` are looked up. Throws an ApiError. */
function* matches(root: string, source: string, isContext: boolean): Flow<readonly string[]> {
  const clean = cleanPath(source)
  if (!/[*?[]/.test(clean)) {
    const path = yield* resolveInRoot(root, clean)
    if (isErr(yield* lstat(path))) {
      throw badRequest(isContext ? `COPY failed: file not found in build context or excluded by .dockerignore: stat ${clean.slice(1)}: file does not exist` : `COPY failed: stat ${clean.slice(1)}: file does not exist`)
    }
    return [path]
  }
  const directory = clean.slice(0, clean.lastIndexOf('/'))
  const entries = yield* readDir(root + directory)
  const found = (isErr(entries) ? [] : entries).map((e) => e.name).filter((n) => n !== '.' && n !== '..' && fnmatch(clean.slice(clean.lastIndexOf('/') + 1), n)).sort()
  if (found.length === 0) throw badRequest('COPY failed: no source files were specified')
  return found.map((n) => `${root}${directory}/${n}`)
}

function* addUrl(daemon: Daemon, url: string): Flow<never> {
  try {
    return yield* fetchUrl(daemon, url)
  } catch (thrown) {
    throw thrown instanceof ApiError ? new ApiError(thrown.status, `ADD failed: ${thrown.message}`) : thrown
  }
}

/** Makes the layer and the image; undefined when the cache had it. */
export function* copyIntoImage(daemon: Daemon, request: CopyRequest, context: string, from: Image | undefined, base: Image | undefined, useCached: (createdBy: string) => Flow<boolean>, config: ContainerConfig): Flow<Image | undefined> {
  const url = request.sources.find((s) => /^https?:\/\//.test(s))
  if (url !== undefined) {
    if (request.name !== 'ADD') throw badRequest(`${request.name} failed: source can't be a URL for ${request.name}`)
    yield* addUrl(daemon, url)
  }
  const scratch = from === undefined ? undefined : yield* daemon.layers.newCacheId()
  if (scratch !== undefined) yield* makeLayers(daemon, scratch, from)
  const root = scratch === undefined ? context : yield* daemon.layers.mount(scratch)
  try {
    const found: { readonly path: string; readonly source: string }[] = []
    for (const source of request.sources) for (const path of yield* matches(root, source, from === undefined)) found.push({ path, source })
    const toDirectory = request.target.endsWith('/') || request.target === '.'
    if (found.length > 1 && !toDirectory) throw badRequest(`When using ${request.name} with more than one source file, the destination must be a directory and end with a /`)
    let hash = ''
    for (const { path } of found) hash += yield* contentHash(path, path.slice(path.lastIndexOf('/') + 1))
    const single = found.length === 1 ? yield* stat(found[0].path) : undefined
    const kind = found.length > 1 ? 'multi' : single !== undefined && !isErr(single) && isDir(single.mode) ? 'dir' : 'file'
    const chown = request.chown === '' ? '' : `--chown=${request.chown} `
    const destination = cleanPath(request.target.startsWith('/') ? request.target : `${request.workingDir}/${request.target}`) + (toDirectory && request.target !== '.' ? '/' : '')
    const createdBy = `/bin/sh -c #(nop) ${request.name} ${chown}${kind}:${found.length === 1 ? (hash === '' ? '' : sha256Hex(hash)) : sha256Hex(hash)} in ${request.target} `
    if (yield* useCached(createdBy)) return undefined
    const created = yield* createContainer(daemon, '', { ...config, Cmd: ['/bin/sh', '-c', '#(nop) copy'], Image: base?.id ?? '', HostConfig: {} })
    const container = daemon.get(created.Id)
    const top = yield* daemon.layers.mount(container.cacheId)
    const owner = yield* ownerOf(top, request.chown)
    for (const { path } of found) yield* copyOne(daemon, request, path, top, destination, toDirectory || found.length > 1, owner)
    yield* daemon.layers.unmount(container.cacheId)
    const image = yield* commitContainer(daemon, { comment: '', author: '', createdBy, config, container })
    yield* forget(daemon, container)
    return image
  } finally {
    if (scratch !== undefined) {
      yield* daemon.layers.unmount(scratch)
      yield* daemon.layers.removeDirectory(scratch)
      yield* daemon.layers.removeDirectory(`${scratch}-init`)
    }
  }
}

function* ownerOf(root: string, chown: string): Flow<Owner> {
  if (chown === '') return { uid: 0, gid: 0 }
  const passwd = yield* readFile(`${root}/etc/passwd`)
  const group = yield* readFile(`${root}/etc/group`)
  const [user, groupName = user] = chown.split(':')
  const found = resolveUser(`${user}:${/^\d+$/.test(groupName) || chown.includes(':') ? groupName : ''}`, isErr(passwd) ? '' : passwd, isErr(group) ? '' : group, [])
  return { uid: found.uid, gid: found.gid }
}

function* copyOne(daemon: Daemon, request: CopyRequest, path: string, root: string, destination: string, toDirectory: boolean, owner: Owner): Flow<void> {
  const { uid = 0, gid = 0 } = daemon.options.remap ?? {}
  const own = { uid: owner.uid + uid, gid: owner.gid + gid }
  const st = yield* stat(path)
  if (isErr(st)) return
  const target = yield* resolveInRoot(root, destination)
  if (isDir(st.mode)) {
    yield* mkdirAll(target)
    const entries = yield* readDir(path)
    for (const { name } of isErr(entries) ? [] : entries) if (name !== '.' && name !== '..') yield* copyTree(`${path}/${name}`, `${target}/${name}`, own)
    return
  }
  if (request.name === 'ADD') {
    const members = yield* archiveAt(path)
    if (members !== undefined) {
      yield* mkdirAll(target)
      yield* unpackTree(members, target)
      return
    }
  }
  const there = yield* stat(target)
  const isDirectory = toDirectory || (!isErr(there) && isDir(there.mode))
  if (isDirectory) yield* mkdirAll(target)
  else yield* mkdirAll(target.slice(0, target.lastIndexOf('/')))
  yield* copyTree(path, isDirectory ? `${target}/${path.slice(path.lastIndexOf('/') + 1)}` : target, own)
}

/** ADD unpacks local archives. */
function* archiveAt(path: string): Flow<ReturnType<typeof decodeArchive>['members'] | undefined> {
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) return undefined
  const data = yield* readToEnd(fd)
  yield* close(fd)
  if (isErr(data)) return undefined
  const { members, isArchive } = decodeArchive(isGzip(data) ? (gunzip(data) ?? data) : data)
  return isArchive && members.length > 0 ? members : undefined
}
