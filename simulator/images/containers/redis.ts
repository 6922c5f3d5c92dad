// The image `redis`: redis-server on debian:12, laid out as the official image is: the entry point gives /data to the user redis and becomes that user.
import { gosuPackage } from '../../userland/programs/gosu/index.ts'
import { redisPackage } from '../../userland/programs/redis/index.ts'
import { addPackage, addUser, builtOnDebian, copyStep, layer, PATH, setting } from './built.ts'
import type { ContainerImage } from './container-image.ts'

/** 2025-12-15T10:06:00Z */
const BEGUN = 1765793160
const REDIS = 999
const LOCAL = (path: string): string => path.replace(/^\/usr\/s?bin/, '/usr/local/bin')

const ENTRYPOINT = `#!/bin/sh
# Arguments alone are meant for redis-server. Root hands /data over and steps down.
set -e

case "$1" in
	-*|*.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
	find . ! -user redis -exec chown redis '{}' +
	exec gosu redis "$0" "$@"
fi

if [ "$(umask)" = 0022 ]; then
	umask 0077
fi

exec "$@"
`

export const redisImage: ContainerImage = builtOnDebian({
  repository: 'redis',
  begun: BEGUN,
  steps: [
    {
      by: '/bin/sh -c groupadd -r -g 999 redis && useradd -r -g redis -u 999 redis',
      layer: layer(4126, BEGUN, (image) => addUser(image, 'redis', REDIS, '', '/home/redis', '/bin/sh')),
    },
    setting('ENV GOSU_VERSION=1.14'),
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends gosu && rm -rf /var/lib/apt/lists/*',
      layer: layer(2354178, BEGUN, (image) => addPackage(image, gosuPackage, LOCAL)),
    },
    setting('ENV REDIS_VERSION=7.0.15'),
    {
      by: '/bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends redis-server redis-tools; rm -rf /etc/redis /var/lib/apt/lists/*',
      layer: layer(10884096, BEGUN, (image) => addPackage(image, redisPackage, LOCAL)),
    },
    {
      by: '/bin/sh -c mkdir /data && chown redis:redis /data',
      layer: layer(0, BEGUN, (image) => image.dir('/data', { uid: REDIS, gid: REDIS })),
    },
    setting('VOLUME [/data]'),
    setting('WORKDIR /data'),
    copyStep('/usr/local/bin/', BEGUN, [{ name: 'docker-entrypoint.sh', content: ENTRYPOINT, mode: 0o755 }]),
    setting('ENTRYPOINT ["docker-entrypoint.sh"]'),
    setting('EXPOSE 6379'),
    setting('CMD ["redis-server"]'),
  ],
  config: {
    ExposedPorts: { '6379/tcp': {} }, Env: [PATH, 'GOSU_VERSION=1.14', 'REDIS_VERSION=7.0.15'], Cmd: ['redis-server'], Volumes: { '/data': {} }, WorkingDir: '/data', Entrypoint: ['docker-entrypoint.sh'],
  },
})
