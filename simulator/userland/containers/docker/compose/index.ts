// Docker's package docker-compose-plugin: not on every machine that has Docker.
import type { ProgramPackage } from '../../../program-table.ts'
import { compose } from './compose.ts'

export const composePackage: ProgramPackage = {
  name: 'docker-compose-plugin',
  version: '2.24.5-1~debian.12~bookworm',
  programs: [{ path: '/usr/libexec/docker/cli-plugins/docker-compose', program: compose, summary: 'docker compose: runs the containers that a compose.yaml describes' }],
}
