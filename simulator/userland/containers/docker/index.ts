// Debian's package docker.io, and tini, which it calls docker-init.
import type { ProgramPackage } from '../../program-table.ts'
import { docker } from './client/docker.ts'
import { dockerProxy } from './daemon/docker-proxy.ts'
import { dockerd } from './daemon/dockerd.ts'
import { dockerInit } from './docker-init.ts'

export const dockerPackage: ProgramPackage = {
  name: 'docker.io',
  version: '20.10.24+dfsg1-1+deb12u1',
  programs: [
    { path: '/usr/bin/docker', program: docker, summary: 'makes and looks after containers, by asking the Docker daemon' },
    { path: '/usr/sbin/dockerd', program: dockerd, summary: 'the Docker daemon' },
    { path: '/usr/sbin/docker-proxy', program: dockerProxy, summary: 'passes connections to a published port on to the container' },
    { path: '/usr/bin/tini-static', program: dockerInit, links: ['/usr/bin/docker-init'], summary: 'a first process for containers: passes signals on and buries the dead' },
  ],
}
