// Packages that container images bring and the host lacks. Their programs are executables of those images alone.
import type { ProgramPackage } from '../userland/program-table.ts'
import { alpinePackage } from '../userland/programs/alpine/index.ts'
import { gosuPackage } from '../userland/programs/gosu/index.ts'
import { redisPackage } from '../userland/programs/redis/index.ts'

export const IMAGE_PACKAGES: readonly ProgramPackage[] = [alpinePackage, gosuPackage, redisPackage]
