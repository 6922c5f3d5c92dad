// The lists behind psql's \l, \d, \dt, \du and \dn: what is asked, and how a row of the answer is shown.

type Cells = readonly (string | null)[]
export interface Listing {
  readonly title: string
  readonly columns: readonly string[]
  readonly sql: string
  readonly row: (cells: Cells) => (string | null)[]
  /** Said instead of an empty list. */
  readonly none?: string
}

const LOCALE = 'en_US.utf8'
const RELATIONS: Listing = {
  title: 'List of relations', columns: ['Schema', 'Name', 'Type', 'Owner'], sql: 'select schemaname, tablename, tableowner from pg_tables order by tablename',
  row: ([schema, name, owner]) => [schema, name, 'table', owner], none: 'Did not find any relations.',
}

export const LISTINGS: ReadonlyMap<string, Listing> = new Map<string, Listing>([
  ['l', {
    title: 'List of databases', columns: ['Name', 'Owner', 'Encoding', 'Collate', 'Ctype', 'ICU Locale', 'Locale Provider', 'Access privileges'],
    sql: 'select datname, datdba from pg_database order by datname',
    row: ([name, owner]) => [name, owner, 'UTF8', LOCALE, LOCALE, '', 'libc', name === 'template0' || name === 'template1' ? `=c/${owner ?? ''}\n${owner ?? ''}=CTc/${owner ?? ''}` : ''],
  }],
  ['list', { title: 'List of databases', columns: ['Name', 'Owner'], sql: 'select datname, datdba from pg_database order by datname', row: (cells) => [...cells] }],
  ['d', RELATIONS], ['dt', RELATIONS],
  ['dn', { title: 'List of schemas', columns: ['Name', 'Owner'], sql: "select 'public', 'pg_database_owner'", row: (cells) => [...cells] }],
  ...(['du', 'dg'] as const).map((name): [string, Listing] => [name, {
    title: 'List of roles', columns: ['Role name', 'Attributes', 'Member of'], sql: 'select rolname, rolsuper, rolcanlogin, oid from pg_roles order by rolname',
    row: ([role, isSuper, canLogin, oid]) => [role, oid === '10' ? 'Superuser, Create role, Create DB, Replication, Bypass RLS' : [isSuper === 't' ? 'Superuser' : '', canLogin === 't' ? '' : 'Cannot login'].filter((word) => word !== '').join(', '), '{}'],
  }]),
])

/** \d TABLE: rows of name, type, nullable, default, key, length. */
export function describe(table: string, rows: readonly Cells[]): { readonly columns: readonly string[]; readonly cells: (string | null)[][]; readonly footers: readonly string[] } {
  const keys = rows.filter((row) => row[4] === 't').map(([name]) => name)
  return {
    columns: ['Column', 'Type', 'Collation', 'Nullable', 'Default'],
    cells: rows.map(([name, type, nullable, other, , length]) => [name, length === null ? type : `${type ?? ''}(${length})`, '', nullable === 'NO' ? 'not null' : '', other ?? '']),
    footers: keys.length === 0 ? [] : ['Indexes:', `    "${table}_pkey" PRIMARY KEY, btree (${keys.join(', ')})`],
  }
}
