// What a cluster holds: roles, databases, tables. All server processes share it (it stands for shared buffers); what changes is written to the data directory at once,
// as lines of JSON. Simpler than the real thing: no pages, no write-ahead log, no transactions over several statements.
import { isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, mkdir, open, readFile, rename, rmdir, unlink, writeAll } from '../../libc/unistd.ts'
import { SqlError } from './protocol.ts'
import type { Cell, Column } from './sql-values.ts'

/** pg_authid and pg_database have these numbers in every cluster; user objects begin at 16384. */
const ROLES_FILE = 'global/1260', DATABASES_FILE = 'global/1262', CLASS_FILE = '1259'
export const FIRST_OID = 16384

export interface Role { readonly name: string; readonly oid: number; secret: string | null; isSuper: boolean; canLogin: boolean }
export interface Table { readonly name: string; readonly oid: number; readonly owner: string; readonly columns: readonly Column[]; rows: Cell[][]; serial: number }
export interface Database { readonly name: string; readonly oid: number; readonly owner: string; readonly allowsConnections: boolean; readonly tables: Map<string, Table> }

/** Writes a file as a whole: the new one takes the old one's name. */
function* replaceFile(path: string, text: string): Flow<void> {
  const fd = yield* open(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  const written = isErr(fd) ? fd : yield* writeAll(fd, encodeUtf8(text))
  if (!isErr(fd)) {
    yield* call('fsync', fd)
    yield* close(fd)
  }
  const moved = isErr(written) ? written : yield* rename(`${path}.new`, path)
  if (isErr(moved)) throw new SqlError('58030', `could not write file "${path}": ${moved.message}`)
}
const lines = (items: Iterable<unknown>): string => [...items].map((item) => `${JSON.stringify(item)}\n`).join('')
function* readLines<T>(path: string): Flow<T[]> {
  const text = yield* readFile(path)
  return isErr(text) ? [] : text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}

/** Who finds it locked looks again after this long (s_lock.c). */
const RETRY_NS = 1_000_000

export class Cluster {
  readonly roles = new Map<string, Role>()
  readonly databases = new Map<string, Database>()
  #nextOid = FIRST_OID
  /** A server process is writing: two at once would write over each other. One that is killed takes the cluster with it: the postmaster loads another. */
  #isLocked = false

  /** A new one: three databases and the superuser. Made by initdb in the working directory. */
  static fresh(owner: string, secret: string | null): Cluster {
    const cluster = new Cluster()
    cluster.roles.set(owner, { name: owner, oid: 10, secret, isSuper: true, canLogin: true })
    for (const [name, oid] of [['template1', 1], ['template0', 4], ['postgres', 5]] as const) {
      cluster.databases.set(name, { name, oid, owner, allowsConnections: name !== 'template0', tables: new Map() })
    }
    return cluster
  }
  /** Reads the data directory, which is the working directory. */
  static *load(): Flow<Cluster> {
    const cluster = new Cluster()
    for (const role of yield* readLines<Role>(ROLES_FILE)) cluster.roles.set(role.name, role)
    for (const base of yield* readLines<Omit<Database, 'tables'>>(DATABASES_FILE)) {
      const tables = new Map<string, Table>()
      for (const table of yield* readLines<Omit<Table, 'rows'>>(`base/${base.oid}/${CLASS_FILE}`)) {
        tables.set(table.name, { ...table, rows: yield* readLines<Cell[]>(`base/${base.oid}/${table.oid}`) })
        cluster.#nextOid = Math.max(cluster.#nextOid, table.oid + 1)
      }
      cluster.databases.set(base.name, { ...base, tables })
      cluster.#nextOid = Math.max(cluster.#nextOid, base.oid + 1)
    }
    return cluster
  }

  *#alone(work: () => Flow<void>): Flow<void> {
    while (this.#isLocked) yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: RETRY_NS })
    this.#isLocked = true
    try {
      yield* work()
    } finally {
      this.#isLocked = false
    }
  }

  newOid(): number {
    return this.#nextOid++
  }

  *saveAll(): Flow<void> {
    yield* this.saveRoles()
    for (const database of this.databases.values()) yield* this.#makeFolder(database)
    yield* this.#saveDatabases()
  }
  *saveRoles(): Flow<void> {
    yield* this.#alone(() => replaceFile(ROLES_FILE, lines(this.roles.values())))
  }
  *#saveDatabases(): Flow<void> {
    yield* this.#alone(() => replaceFile(DATABASES_FILE, lines([...this.databases.values()].map(({ tables: _, ...rest }) => rest))))
  }
  *#makeFolder(database: Database): Flow<void> {
    yield* mkdir(`base/${database.oid}`, 0o700)
    yield* replaceFile(`base/${database.oid}/PG_VERSION`, '15\n')
    yield* this.saveTables(database)
  }
  *createDatabase(name: string, owner: string): Flow<void> {
    if (this.databases.has(name)) throw new SqlError('42P04', `database "${name}" already exists`)
    const database: Database = { name, oid: this.newOid(), owner, allowsConnections: true, tables: new Map() }
    yield* this.#makeFolder(database)
    this.databases.set(name, database)
    yield* this.#saveDatabases()
  }
  *dropDatabase(name: string): Flow<void> {
    const database = this.databases.get(name)
    if (database === undefined) throw new SqlError('3D000', `database "${name}" does not exist`)
    this.databases.delete(name)
    yield* this.#saveDatabases()
    for (const table of database.tables.values()) yield* unlink(`base/${database.oid}/${table.oid}`)
    for (const file of ['PG_VERSION', CLASS_FILE]) yield* unlink(`base/${database.oid}/${file}`)
    yield* rmdir(`base/${database.oid}`)
  }
  *saveTables({ oid, tables }: Database): Flow<void> {
    yield* this.#alone(() => replaceFile(`base/${oid}/${CLASS_FILE}`, lines([...tables.values()].map(({ rows: _, ...rest }) => rest))))
  }
  /** Gives a table the rows that `change` makes of its own. Only when they are on the disk are they the table's. */
  *changeRows({ oid }: Database, table: Table, change: (rows: readonly Cell[][]) => Cell[][]): Flow<void> {
    yield* this.#alone(function* () {
      const rows = change(table.rows)
      yield* replaceFile(`base/${oid}/${table.oid}`, lines(rows))
      table.rows = rows
    })
  }
  *dropTable(database: Database, table: Table): Flow<void> {
    database.tables.delete(table.name)
    yield* this.saveTables(database)
    yield* unlink(`base/${database.oid}/${table.oid}`)
  }
}
