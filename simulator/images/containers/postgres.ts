// The image `postgres`: PostgreSQL 15 on debian:12, laid out as the official image is. Its entry point makes the database at the first start, with the password it was
// given, runs what is in /docker-entrypoint-initdb.d, and becomes the server as the user postgres.
import { gosuPackage } from '../../userland/programs/gosu/index.ts'
import { postgresPackage } from '../../userland/programs/postgresql/index.ts'
import { addPackage, addUser, builtOnDebian, copyStep, layer, PATH, setting } from './built.ts'
import type { ContainerImage } from './container-image.ts'

/** 2025-12-15T10:07:00Z */
const BEGUN = 1765793220
const POSTGRES = 999
const LOCAL = (path: string): string => path.replace(/^\/usr\/s?bin/, '/usr/local/bin')
const BIN = '/usr/lib/postgresql/15/bin'

const ENTRYPOINT = `#!/usr/bin/env bash
# Arguments alone are meant for postgres. Root prepares the directories and steps down; the first start makes the database.
set -Eeo pipefail

setup_directories() {
	mkdir -p "$PGDATA" /var/run/postgresql
	chmod 00700 "$PGDATA"
	chmod 03775 /var/run/postgresql
	if [ "$(id -u)" = 0 ]; then
		find "$PGDATA" ! -user postgres -exec chown postgres '{}' +
		find /var/run/postgresql ! -user postgres -exec chown postgres '{}' +
	fi
}

check_settings() {
	if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
		cat >&2 <<-'EOE'
			Error: Database is uninitialized and superuser password is not specified.
			       You must specify POSTGRES_PASSWORD to a non-empty value for the
			       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

			       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
			       connections without a password. This is *not* recommended.

			       See PostgreSQL documentation about "trust":
			       https://www.postgresql.org/docs/current/auth-trust.html
		EOE
		exit 1
	fi
}

run_init_files() {
	echo
	for f in /docker-entrypoint-initdb.d/*; do
		case "$f" in
			*.sh) echo "$0: running $f"; if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
			*.sql) echo "$0: running $f"; psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -f "$f"; echo ;;
			*) echo "$0: ignoring $f" ;;
		esac
		echo
	done
}

case "$1" in
	-*) set -- postgres "$@" ;;
esac

if [ "$1" = postgres ]; then
	setup_directories
	if [ "$(id -u)" = 0 ]; then
		exec gosu postgres "$0" "$@"
	fi
	: "\${POSTGRES_USER:=postgres}"
	: "\${POSTGRES_DB:=$POSTGRES_USER}"
	if [ -s "$PGDATA/PG_VERSION" ]; then
		printf '\\nPostgreSQL Database directory appears to contain a database; Skipping initialization\\n\\n'
	else
		check_settings
		if [ -n "$POSTGRES_PASSWORD" ]; then
			initdb --username="$POSTGRES_USER" --pwfile <(printf '%s\\n' "$POSTGRES_PASSWORD") -D "$PGDATA"
		else
			initdb --username="$POSTGRES_USER" -D "$PGDATA"
		fi
		printf '\\nhost all all all %s\\n' "\${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
		pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
		if [ "$POSTGRES_DB" != postgres ]; then
			psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -c "CREATE DATABASE \\"$POSTGRES_DB\\""
			echo
		fi
		run_init_files
		pg_ctl -D "$PGDATA" -m fast -w stop
		unset PGPASSWORD
		printf '\\nPostgreSQL init process complete; ready for start up.\\n\\n'
	fi
fi

exec "$@"
`

export const postgresImage: ContainerImage = builtOnDebian({
  repository: 'postgres',
  begun: BEGUN,
  steps: [
    {
      by: '/bin/sh -c set -eux; groupadd -r postgres --gid=999; useradd -r -g postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres; install --verbose --directory --owner postgres --group postgres --mode 1777 /var/lib/postgresql',
      layer: layer(4218, BEGUN, (image) => {
        addUser(image, 'postgres', POSTGRES, '', '/var/lib/postgresql', '/bin/bash')
        image.dir('/var/lib/postgresql', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
      }),
    },
    setting('ENV GOSU_VERSION=1.14'),
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends gosu && rm -rf /var/lib/apt/lists/*',
      layer: layer(2354178, BEGUN, (image) => addPackage(image, gosuPackage, LOCAL)),
    },
    setting('ENV LANG=en_US.utf8'),
    { by: '/bin/sh -c mkdir /docker-entrypoint-initdb.d', layer: layer(0, BEGUN, (image) => image.dir('/docker-entrypoint-initdb.d')) },
    setting('ENV PG_MAJOR=15'),
    {
      by: '/bin/sh -c set -ex; apt-get update; apt-get install -y --no-install-recommends postgresql-15; rm -rf /var/lib/apt/lists/*',
      layer: layer(251658240, BEGUN, (image) => addPackage(image, postgresPackage)),
    },
    {
      by: '/bin/sh -c mkdir -p /var/run/postgresql && chown -R postgres:postgres /var/run/postgresql && chmod 3777 /var/run/postgresql',
      layer: layer(0, BEGUN, (image) => image.dir('/run/postgresql', { mode: 0o3777, uid: POSTGRES, gid: POSTGRES })),
    },
    setting('ENV PGDATA=/var/lib/postgresql/data'),
    {
      by: '/bin/sh -c mkdir -p "$PGDATA" && chown -R postgres:postgres "$PGDATA" && chmod 1777 "$PGDATA"',
      layer: layer(0, BEGUN, (image) => {
        image.dir('/var/lib/postgresql', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
        image.dir('/var/lib/postgresql/data', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
      }),
    },
    setting('VOLUME [/var/lib/postgresql/data]'),
    copyStep('/usr/local/bin/', BEGUN, [{ name: 'docker-entrypoint.sh', content: ENTRYPOINT, mode: 0o755 }]),
    setting('ENTRYPOINT ["docker-entrypoint.sh"]'),
    setting('STOPSIGNAL SIGINT'),
    setting('EXPOSE 5432'),
    setting('CMD ["postgres"]'),
  ],
  config: {
    ExposedPorts: { '5432/tcp': {} }, Env: [`${PATH}:${BIN}`, 'GOSU_VERSION=1.14', 'LANG=en_US.utf8', 'PG_MAJOR=15', 'PGDATA=/var/lib/postgresql/data'], Cmd: ['postgres'],
    Volumes: { '/var/lib/postgresql/data': {} }, Entrypoint: ['docker-entrypoint.sh'], StopSignal: 'SIGINT',
  },
})
