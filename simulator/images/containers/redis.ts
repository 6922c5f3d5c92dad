// The image `redis`: redis-server on debian:12, laid out as the official image is: the entry point gives /data to the user redis and becomes that user.
import { gosuPackage } from '../../userland/programs/gosu/index.ts'
import { redisPackage } from '../../userland/programs/redis/index.ts'
import { addPackage, addUser, builtOnDebian, layer, PATH, setting } from './built.ts'
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
      layer: layer('2c1dff2a4f0cbf1a2ec3df87e7a3d3a4a4ba9b0ad0dc3ad74a66f7a9ce3a7e4b', 4126, BEGUN, (image) => addUser(image, 'redis', REDIS, '', '/home/redis', '/bin/sh')),
    },
    setting('ENV GOSU_VERSION=1.14'),
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends gosu && rm -rf /var/lib/apt/lists/*',
      layer: layer('a90f4c55b4aa4b5a1c1a3dd0a5f7ef0c22a3d0b4a2a0fbf4ae0c04ddd2df9e21', 2354178, BEGUN, (image) => addPackage(image, gosuPackage, LOCAL)),
    },
    setting('ENV REDIS_VERSION=7.0.15'),
    {
      by: '/bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends redis-server redis-tools; rm -rf /etc/redis /var/lib/apt/lists/*',
      layer: layer('6a4e34d1a0a9b2a59a6e7f7b0cb9c1d4b90a5e0f5d9dd1e61c9dfd9b3c77bb13', 10884096, BEGUN, (image) => addPackage(image, redisPackage, LOCAL)),
    },
    {
      by: '/bin/sh -c mkdir /data && chown redis:redis /data',
      layer: layer('0c19c4a2e7f09f1b4fa86cb5ab5c9c2cb1b6cc7c18b0a18e7ea6ef1b4fd5d70e', 0, BEGUN, (image) => image.dir('/data', { uid: REDIS, gid: REDIS })),
    },
    setting('VOLUME [/data]'),
    setting('WORKDIR /data'),
    {
      by: '/bin/sh -c #(nop) COPY file:e873a0e3c13001b5f0e6b26a5a16ccbc7b4a1df5ba4b6f2fd2a7a4fbd39e8ee1 in /usr/local/bin/ ',
      layer: layer('d9b5cf6a54a5e3a1a7d01f2ba6e7b0ad9e7b0fe4ef6a1c7d1dcb3aa1cf3ebd0a', ENTRYPOINT.length, BEGUN, (image) => image.file('/usr/local/bin/docker-entrypoint.sh', ENTRYPOINT, { mode: 0o755 })),
    },
    setting('ENTRYPOINT ["docker-entrypoint.sh"]'),
    setting('EXPOSE 6379'),
    setting('CMD ["redis-server"]'),
  ],
  config: {
    ExposedPorts: { '6379/tcp': {} }, Env: [PATH, 'GOSU_VERSION=1.14', 'REDIS_VERSION=7.0.15'], Cmd: ['redis-server'], Volumes: { '/data': {} }, WorkingDir: '/data', Entrypoint: ['docker-entrypoint.sh'],
  },
})
