// -v and --mount as mount points (moby/volume/mounts): what is bound where, and which volumes have to be made.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { stat } from '../../../libc/unistd.ts'
import type { ContainerConfig, HostConfig, MountSpec } from '../api.ts'
import { badRequest } from './api-error.ts'
import type { Container, Volumes } from './container.ts'
import type { VolumeStore } from './volumes.ts'
import { mkdirAll } from './util.ts'

const PROPAGATIONS = new Set(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'])
const MODES = new Set(['ro', 'rw', 'z', 'Z', 'nocopy', 'delegated', 'cached', 'consistent'])

/** A path without `.`, `..`, doubled or trailing slashes. */
export function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}

function checkTarget(type: string, target: string): string {
  if (target === '') throw badRequest(`invalid mount config for type "${type}": field Target must not be empty`)
  if (!target.startsWith('/')) throw badRequest(`invalid mount config for type "${type}": invalid mount path: '${target}' mount path must be absolute`)
  const clean = cleanPath(target)
  if (clean === '/') throw badRequest(`invalid mount config for type "${type}": invalid specification: destination can't be '/'`)
  return clean
}

interface Parsed {
  readonly type: 'bind' | 'volume'
  readonly name: string
  readonly source: string
  readonly target: string
  readonly mode: string
}
/** `SOURCE:TARGET[:MODE]` or `TARGET`. */
export function parseVolume(raw: string): Parsed {
  const parts = raw.split(':')
  const invalid = (): never => {
    throw badRequest(`invalid volume specification: '${raw}'`)
  }
  if (parts.length > 3 || parts[0] === '') invalid()
  const isMode = (text: string): boolean => text.split(',').every((m) => MODES.has(m) || PROPAGATIONS.has(m))
  if (parts.length === 2 && isMode(parts[1]) && !parts[1].startsWith('/')) invalid()
  const mode = parts.length === 3 ? parts[2] : ''
  if (parts.length === 3 && !isMode(mode)) throw badRequest(`invalid mode: ${mode}`)
  if (parts.length === 1) {
    if (raw.startsWith('/') && cleanPath(raw) === '/') throw badRequest(`invalid volume specification: '${raw}': invalid mount config for type "volume": invalid specification: destination can't be '/'`)
    return { type: 'volume', name: '', source: '', target: wrap(raw, () => checkTarget('volume', raw)), mode: '' }
  }
  const [source, target] = parts
  const type = source.startsWith('/') ? 'bind' : 'volume'
  const clean = wrap(raw, () => checkTarget(type, target))
  if (type === 'bind') return { type, name: '', source: cleanPath(source), target: clean, mode }
  if (source.length < 2) throw badRequest(`create ${source}: volume name is too short, names should be at least two alphanumeric characters`)
  if (source.startsWith('.') || source.includes('/')) {
    throw badRequest(`create ${source}: "${source}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`)
  }
  return { type, name: source, source, target: clean, mode }
}
function wrap<T>(raw: string, body: () => T): T {
  try {
    return body()
  } catch (thrown) {
    throw badRequest(`invalid volume specification: '${raw}': ${(thrown as { message: string }).message}`)
  }
}
const isReadWrite = (mode: string): boolean => !mode.split(',').includes('ro')
const propagationOf = (mode: string, otherwise: string): string => mode.split(',').find((m) => PROPAGATIONS.has(m)) ?? otherwise

/** Checks without making anything; order as the daemon: --mount before -v. */
export function* checkMounts(host: HostConfig): Flow<void> {
  for (const spec of host.Mounts ?? []) yield* checkMountSpec(spec)
  const targets = new Set<string>()
  for (const raw of host.Binds ?? []) {
    const { target } = parseVolume(raw)
    if (targets.has(target)) throw badRequest(`Duplicate mount point: ${target}`)
    targets.add(target)
  }
}
function* checkMountSpec(spec: MountSpec): Flow<void> {
  const invalid = (message: string): never => {
    throw badRequest(`invalid mount config for type "${spec.Type}": ${message}`)
  }
  if (!['bind', 'volume', 'tmpfs', 'npipe'].includes(spec.Type)) invalid('mount type unknown')
  checkTarget(spec.Type, spec.Target)
  if (spec.Type !== 'bind') {
    if (spec.Type === 'tmpfs' && (spec.Source ?? '') !== '') invalid('field Source must not be specified')
    return
  }
  const source = spec.Source ?? ''
  if (source === '') invalid('field Source must not be empty')
  if (!source.startsWith('/')) invalid(`invalid mount path: '${source}' mount path must be absolute`)
  if (isErr(yield* stat(source))) invalid(`bind source path does not exist: ${source}`)
}

export interface MountResult {
  readonly mounts: Volumes[]
  /** Names of volumes made on the way. */
  readonly created: readonly string[]
}

/** All mount points of a container to be. Later ones replace earlier ones at the same place: --volumes-from, -v, --mount, then the image's volumes. */
export function* collectMounts(config: ContainerConfig, host: HostConfig, volumes: VolumeStore, from: (ref: string) => Container): Flow<MountResult> {
  const points = new Map<string, Volumes>()
  const created: string[] = []
  const volumeAt = function* (name: string, target: string, mode: string, driver: string): Flow<Volumes> {
    const { volume, isNew } = yield* volumes.create(name, driver)
    if (isNew) created.push(volume.Name)
    return {
      Type: 'volume', Name: volume.Name, Source: volume.Mountpoint, Destination: target, Driver: volume.Driver, Mode: mode, RW: isReadWrite(mode), Propagation: propagationOf(mode, ''),
      isAnonymous: name === '', copies: !mode.split(',').includes('nocopy'),
    }
  }
  for (const entry of host.VolumesFrom ?? []) {
    const [ref, mode = ''] = entry.split(':')
    for (const point of from(ref).mounts) points.set(point.Destination, { ...point, Mode: mode === '' ? point.Mode : mode, RW: point.RW && isReadWrite(mode), isAnonymous: false })
  }
  for (const raw of host.Binds ?? []) {
    const p = parseVolume(raw)
    if (p.type === 'volume') points.set(p.target, yield* volumeAt(p.name, p.target, p.mode === '' ? 'z' : p.mode, host.VolumeDriver))
    else points.set(p.target, { Type: 'bind', Source: p.source, Destination: p.target, Mode: p.mode, RW: isReadWrite(p.mode), Propagation: propagationOf(p.mode, 'rprivate'), isAnonymous: false, copies: false })
  }
  for (const spec of host.Mounts ?? []) {
    const target = cleanPath(spec.Target)
    const ro = spec.ReadOnly === true
    if (spec.Type === 'volume') {
      const point = yield* volumeAt(spec.Source ?? '', target, 'z', spec.VolumeOptions?.DriverConfig?.Name ?? '')
      points.set(target, { ...point, RW: !ro, copies: spec.VolumeOptions?.NoCopy !== true })
    } else if (spec.Type === 'bind') {
      points.set(target, { Type: 'bind', Source: cleanPath(spec.Source ?? ''), Destination: target, Mode: '', RW: !ro, Propagation: spec.BindOptions?.Propagation ?? 'rprivate', isAnonymous: false, copies: false })
    } else {
      const options = [spec.TmpfsOptions?.Mode === undefined ? '' : `mode=${spec.TmpfsOptions.Mode.toString(8)}`, spec.TmpfsOptions?.SizeBytes === undefined ? '' : `size=${spec.TmpfsOptions.SizeBytes}`].filter((o) => o !== '')
      points.set(target, { Type: 'tmpfs', Source: '', Destination: target, Mode: options.join(','), RW: !ro, Propagation: '', isAnonymous: false, copies: false })
    }
  }
  for (const path of Object.keys(config.Volumes ?? {})) {
    const target = cleanPath(path)
    if (!points.has(target) && host.Tmpfs?.[target] === undefined) points.set(target, yield* volumeAt('', target, '', host.VolumeDriver))
  }
  return { mounts: [...points.values()], created }
}

/** Directories of the host that -v names and that aren't there are made, as root's. Throws an ApiError. */
export function* prepareSources(mounts: readonly Volumes[], uid: number, gid: number, madeByMount: (point: Volumes) => boolean): Flow<void> {
  for (const point of mounts) {
    if (point.Type !== 'bind' || madeByMount(point) || !isErr(yield* stat(point.Source))) continue
    const failed = yield* mkdirAll(point.Source, 0o755, uid, gid)
    if (failed !== undefined) throw badRequest(`error while creating mount source path '${point.Source}': mkdir ${point.Source}: ${failed.message.toLowerCase()}`)
  }
}
