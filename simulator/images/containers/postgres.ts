// The image `postgres`: PostgreSQL 15 on debian:12, laid out as the official image is. Its entry point makes the database at the first start, with the password it was
// given, runs what is in /docker-entrypoint-initdb.d, and becomes the server as the user postgres.
import { gosuPackage } from '../../userland/programs/gosu/index.ts'
import { postgresPackage } from '../../userland/programs/postgresql/index.ts'
import { addPackage, addUser, builtOnDebian, layer, PATH, setting } from './built.ts'
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
      layer: layer('f1b4c7f0b3ad1a4e9c0a4fda7fdd2d4e2e8ad3d50f8f2f6db8a5f6a1dbf0c1aa', 4218, BEGUN, (image) => {
        addUser(image, 'postgres', POSTGRES, '', '/var/lib/postgresql', '/bin/bash')
        image.dir('/var/lib/postgresql', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
      }),
    },
    setting('ENV GOSU_VERSION=1.14'),
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends gosu && rm -rf /var/lib/apt/lists/*',
      layer: layer('a90f4c55b4aa4b5a1c1a3dd0a5f7ef0c22a3d0b4a2a0fbf4ae0c04ddd2df9e22', 2354178, BEGUN, (image) => addPackage(image, gosuPackage, LOCAL)),
    },
    setting('ENV LANG=en_US.utf8'),
    { by: '/bin/sh -c mkdir /docker-entrypoint-initdb.d', layer: layer('3a1a7fb3c47ba5b2bb0f4bd6b9f92be7a6d9f7cf9aa0a7bfc2b2d7dbb6c0a7d3', 0, BEGUN, (image) => image.dir('/docker-entrypoint-initdb.d')) },
    setting('ENV PG_MAJOR=15'),
    {
      by: '/bin/sh -c set -ex; apt-get update; apt-get install -y --no-install-recommends postgresql-15; rm -rf /var/lib/apt/lists/*',
      layer: layer('b7a65c2b3fd29cb1a8f8bb9da91fa5ae2d4e3c2f2d1a0b9c8d7e6f5a4b3c2d1e', 251658240, BEGUN, (image) => addPackage(image, postgresPackage)),
    },
    {
      by: '/bin/sh -c mkdir -p /var/run/postgresql && chown -R postgres:postgres /var/run/postgresql && chmod 3777 /var/run/postgresql',
      layer: layer('7de4bf5eda3eb5fc1d5c3a21ac1dc1ce9d1b0a0c0f2e4d6b8a9c7e5d3f1b0a29', 0, BEGUN, (image) => image.dir('/run/postgresql', { mode: 0o3777, uid: POSTGRES, gid: POSTGRES })),
    },
    setting('ENV PGDATA=/var/lib/postgresql/data'),
    {
      by: '/bin/sh -c mkdir -p "$PGDATA" && chown -R postgres:postgres "$PGDATA" && chmod 1777 "$PGDATA"',
      layer: layer('5c8fd1e6a3b29c74d0f5e8a7b6c3d2e1f09a8b7c6d5e4f3a2b1c0d9e8f7a6b5c', 0, BEGUN, (image) => {
        image.dir('/var/lib/postgresql', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
        image.dir('/var/lib/postgresql/data', { mode: 0o1777, uid: POSTGRES, gid: POSTGRES })
      }),
    },
    setting('VOLUME [/var/lib/postgresql/data]'),
    {
      by: '/bin/sh -c #(nop) COPY file:c0b9d2a7a8d5f0c1d6f4e3b2a1908f7e6d5c4b3a291807f6e5d4c3b2a1908f7e in /usr/local/bin/ ',
      layer: layer('e4d3c2b1a0f9e8d7c6b5a4938271605f4e3d2c1b0a9f8e7d6c5b4a3928170605', ENTRYPOINT.length, BEGUN, (image) => image.file('/usr/local/bin/docker-entrypoint.sh', ENTRYPOINT, { mode: 0o755 })),
    },
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
