// docker diff: what a container's own layer holds against the layers below (pkg/archive/changes.go, overlay's whiteouts).
import { isErr } from '../../../../abi/errno.ts'
import { isChr, isDir, type Stat } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { lstat, readDir } from '../../../libc/unistd.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'

export interface Change {
  readonly path: string
  /** 0 changed, 1 added, 2 deleted */
  readonly kind: 0 | 1 | 2
}

export const isWhiteout = (st: Stat): boolean => isChr(st.mode) && st.rdev === 0

export function* lowerDirectories(daemon: Daemon, container: Container): Flow<readonly string[]> {
  const image = daemon.images.images.get(container.imageId)
  const chain = image === undefined ? [] : [...daemon.layers.chain(daemon.images.chainOf(image))].reverse()
  return [`${container.cacheId}-init`, ...chain.map((l) => l.cacheId)].map((id) => daemon.layers.diffDirectory(id))
}

export function* changes(daemon: Daemon, container: Container): Flow<readonly Change[]> {
  const lowers = yield* lowerDirectories(daemon, container)
  const upper = daemon.layers.diffDirectory(container.cacheId)
  const found: Change[] = []
  yield* walk(upper, '', lowers, found)
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

function* walk(upper: string, at: string, lowers: readonly string[], found: Change[]): Flow<void> {
  const entries = yield* readDir(upper + at)
  for (const { name } of isErr(entries) ? [] : entries) {
    if (name === '.' || name === '..') continue
    const path = `${at}/${name}`
    const st = yield* lstat(upper + path)
    if (isErr(st)) continue
    if (isWhiteout(st)) {
      found.push({ path, kind: 2 })
      continue
    }
    const below = yield* existsBelow(lowers, path)
    found.push({ path, kind: below ? 0 : 1 })
    if (isDir(st.mode)) yield* walk(upper, path, lowers, found)
  }
}
function* existsBelow(lowers: readonly string[], path: string): Flow<boolean> {
  for (const lower of lowers) {
    const st = yield* lstat(lower + path)
    if (!isErr(st)) return !isWhiteout(st)
  }
  return false
}
