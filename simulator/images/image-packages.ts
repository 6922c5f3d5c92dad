// Packages that the host lacks: those that container images bring, and Docker's plug-in, which is installed when it is asked for.
import { composePackage } from '../userland/containers/docker/compose/index.ts'
import type { ProgramPackage } from '../userland/program-table.ts'
import { alpinePackage } from '../userland/programs/alpine/index.ts'
import { gosuPackage } from '../userland/programs/gosu/index.ts'
import { postgresPackage } from '../userland/programs/postgresql/index.ts'
import { redisPackage } from '../userland/programs/redis/index.ts'
import { stressNgPackage } from '../userland/programs/stress-ng/index.ts'

export const IMAGE_PACKAGES: readonly ProgramPackage[] = [alpinePackage, gosuPackage, redisPackage, postgresPackage, stressNgPackage, composePackage]
