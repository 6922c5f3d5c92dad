// Named volumes of the local driver: directories under volumes/NAME/_data. What docker run wants there is created on the way.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readDir, readFile } from '../../../libc/unistd.ts'
import type { StringMap } from '../api.ts'
import { badRequest, conflict, notFound } from './api-error.ts'
import { mkdirAll, newId, putFile, removeAll, timestamp } from './util.ts'

export interface Volume {
  readonly CreatedAt: string
  readonly Driver: string
  readonly Labels: StringMap | null
  readonly Mountpoint: string
  readonly Name: string
  readonly Options: StringMap | null
  readonly Scope: string
}

export class VolumeStore {
  readonly #root: string
  readonly uid: number
  readonly gid: number
  readonly volumes = new Map<string, Volume>()
  /** Volumes nobody named: `docker volume prune` and `rm -v` take them. */
  readonly anonymous = new Set<string>()

  constructor(root: string, uid: number, gid: number) {
    this.#root = `${root}/volumes`
    this.uid = uid
    this.gid = gid
  }

  *load(): Flow<void> {
    yield* mkdirAll(this.#root, 0o701, this.uid, this.gid)
    const text = yield* readFile(`${this.#root}/metadata.db`)
    const known = isErr(text) || text === '' ? {} : (JSON.parse(text) as Record<string, Volume>)
    const entries = yield* readDir(this.#root)
    for (const { name, type } of isErr(entries) ? [] : entries) {
      if (name.startsWith('.') || type !== 4) continue
      this.volumes.set(name, known[name] ?? { CreatedAt: yield* timestamp(), Driver: 'local', Labels: null, Mountpoint: `${this.#root}/${name}/_data`, Name: name, Options: null, Scope: 'local' })
      if (/^[0-9a-f]{64}$/.test(name)) this.anonymous.add(name)
    }
  }
  *#save(): Flow<void> {
    yield* putFile(`${this.#root}/metadata.db`, JSON.stringify(Object.fromEntries(this.volumes)), 0o600)
  }

  get(name: string): Volume {
    const volume = this.volumes.get(name)
    if (volume === undefined) throw notFound(`get ${name}: no such volume`)
    return volume
  }

  /** The volume of that name, made if it isn't there; without a name a new anonymous one. */
  *create(wanted: string, driver = '', labels: StringMap | null = null, options: StringMap | null = null): Flow<{ readonly volume: Volume; readonly isNew: boolean }> {
    if (driver !== '' && driver !== 'local') throw notFound(`error looking up volume plugin ${driver}: plugin "${driver}" not found`)
    const name = wanted === '' ? yield* newId() : wanted
    const there = this.volumes.get(name)
    if (there !== undefined) return { volume: there, isNew: false }
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
      throw badRequest(`create ${name}: ${name.length < 2 ? 'volume name is too short, names should be at least two alphanumeric characters' : `"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`}`)
    }
    const volume: Volume = { CreatedAt: (yield* timestamp()).replace(/\.\d+Z$/, 'Z'), Driver: 'local', Labels: labels, Mountpoint: `${this.#root}/${name}/_data`, Name: name, Options: options, Scope: 'local' }
    yield* mkdirAll(`${this.#root}/${name}`, 0o701, this.uid, this.gid)
    yield* mkdirAll(volume.Mountpoint, 0o755, this.uid, this.gid)
    this.volumes.set(name, volume)
    if (wanted === '') this.anonymous.add(name)
    yield* this.#save()
    return { volume, isNew: true }
  }

  *remove(name: string, users: readonly string[]): Flow<void> {
    this.get(name)
    if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`)
    this.volumes.delete(name)
    this.anonymous.delete(name)
    yield* removeAll(`${this.#root}/${name}`)
    yield* this.#save()
  }
}
