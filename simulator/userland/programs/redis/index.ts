// Debian's packages redis-server and redis-tools, as far as containers need them.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { redisCli } from './cli.ts'
import { VERSION } from './info.ts'
import { redisServer } from './main.ts'

export const redisPackage: ProgramPackage = {
  name: 'redis',
  version: `5:${VERSION}-1~deb12u10`,
  programs: [
    { path: '/usr/bin/redis-server', program: program(redisServer), summary: 'keeps keys and values in memory for clients on the network' },
    { path: '/usr/bin/redis-cli', program: program(redisCli), summary: 'asks a Redis server' },
  ],
}
