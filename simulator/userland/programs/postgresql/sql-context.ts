// What statements of the small SQL see of the process that runs them, and what they answer.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Cluster, Database, Role, Table } from './catalog.ts'
import { SqlError } from './protocol.ts'
import { evaluate, type Expression, type Scope } from './sql-expression.ts'
import { type Cell, castTo, type Column, type TypeName } from './sql-values.ts'

export interface Result {
  /** As CommandComplete carries it: `SELECT 1`. */
  readonly tag: string
  readonly columns?: readonly { readonly name: string; readonly type: TypeName }[]
  readonly rows?: readonly (readonly Cell[])[]
  readonly notice?: string
}

/** What statements see of the process that runs them. */
export interface Surroundings {
  readonly cluster: Cluster
  readonly database: Database
  readonly role: Role
  readonly functions: ReadonlyMap<string, { readonly type: TypeName; readonly run: (args: readonly Cell[]) => Cell }>
  /** pg_stat_activity and the like: read-only tables made when they are asked for. */
  readonly view: (name: string) => Flow<{ readonly columns: readonly Column[]; readonly rows: Cell[][] } | undefined>
  readonly setting: (name: string) => string | undefined
  readonly sleep: (seconds: number) => Flow<void>
  /** Runs a command for COPY; answers its output. */
  readonly program: (command: string, input: string | undefined) => Flow<string>
  readonly makeSecret: (password: string) => Flow<string>
  /** How many others are connected to a database. */
  readonly others: (database: string) => number
}

export const notSimulated = (what: string): SqlError => new SqlError('0A000', `${what} is real, but not simulated here`)

export const denied = (what: string): SqlError => new SqlError('42501', what)
/** What belongs to a role is for it and superusers: there is no GRANT here. */
export const owns = ({ role }: Surroundings, { owner }: { readonly owner: string }): boolean => role.isSuper || role.name === owner
/** The table, for somebody who may use it. */
export function tableFor(name: string, around: Surroundings): Table | undefined {
  const table = around.database.tables.get(name)
  if (table !== undefined && !owns(around, table)) throw denied(`permission denied for table ${name}`)
  return table
}

export function scopeOf(columns: readonly Column[], row: readonly Cell[], around: Surroundings): Scope {
  return {
    column: (name, at) => {
      const index = columns.findIndex((column) => column.name === name)
      if (index < 0) throw new SqlError('42703', `column "${name}" does not exist`, { position: at + 1 })
      return row[index]
    },
    call: (name, args, at) => {
      const found = around.functions.get(name)
      if (found === undefined) throw new SqlError('42883', `function ${name} does not exist, or is not simulated here`, { position: at + 1 })
      return found.run(args)
    },
  }
}
export function holds(condition: Expression | undefined, columns: readonly Column[], row: readonly Cell[], around: Surroundings): boolean {
  return condition === undefined || castTo(evaluate(condition, scopeOf(columns, row, around)), 'boolean') === true
}
