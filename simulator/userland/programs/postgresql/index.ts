// Debian's packages postgresql-15 and postgresql-client-15, as far as containers need them.
import { program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { initdb, INITDB_OPTIONS } from './initdb.ts'
import { PG_CTL_OPTIONS, pgCtl } from './pg-ctl.ts'
import { PG_ISREADY_OPTIONS, pgIsReady } from './pg-isready.ts'
import { postgres } from './postgres.ts'
import { psql, PSQL_OPTIONS } from './psql.ts'

const BIN = '/usr/lib/postgresql/15/bin'
const other = program((c) => unsimulated(c, 'this program'))
const OTHERS = 'clusterdb createdb createuser dropdb dropuser pg_amcheck pg_archivecleanup pg_basebackup pg_checksums pg_controldata pg_dump pg_dumpall pg_receivewal pg_recvlogical pg_resetwal pg_restore pg_rewind pg_upgrade pg_verifybackup pg_waldump pgbench reindexdb vacuumdb'.split(' ')

export const postgresPackage: ProgramPackage = {
  name: 'postgresql-15',
  version: '15.18-0+deb12u1',
  programs: [
    { path: `${BIN}/postgres`, program: program(postgres), summary: 'a database server of several processes' },
    { path: `${BIN}/initdb`, program: program(initdb), options: INITDB_OPTIONS, summary: 'makes the data directory of a PostgreSQL server' },
    { path: `${BIN}/pg_ctl`, program: program(pgCtl), options: PG_CTL_OPTIONS, summary: 'starts and stops a PostgreSQL server' },
    { path: `${BIN}/pg_isready`, program: program(pgIsReady), options: PG_ISREADY_OPTIONS, summary: 'tells whether a PostgreSQL server takes connections' },
    { path: `${BIN}/psql`, program: program(psql), options: PSQL_OPTIONS, summary: 'asks a PostgreSQL server, in SQL' },
    ...OTHERS.map((name) => ({ path: `${BIN}/${name}`, program: other, summary: 'not simulated' })),
  ],
}
