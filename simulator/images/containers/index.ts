// The images on board when the machine is booted with Docker: those of the reference machine, and more of the same kind for who asks for them.
import { alpineImage } from './alpine.ts'
import { busyboxImage } from './busybox.ts'
import { debianImage, nginxImage } from './debian.ts'
import type { ContainerImage } from './container-image.ts'
import { isImageName } from './names.ts'
import { postgresImage } from './postgres.ts'
import { pythonImage } from './python.ts'
import { redisImage } from './redis.ts'
import { stressNgImage } from './stress-ng.ts'

const USUAL: readonly ContainerImage[] = [busyboxImage, debianImage, nginxImage]
const MORE: readonly ContainerImage[] = [alpineImage, pythonImage, redisImage, postgresImage, stressNgImage]

/** The usual images and the named ones (names.ts). @throws {RangeError} for a name that no image has */
export function imagesOnBoard(names: readonly string[]): readonly ContainerImage[] {
  const unknown = names.find((name) => !isImageName(name))
  if (unknown !== undefined) throw new RangeError(`no image '${unknown}'`)
  return [...USUAL, ...MORE.filter(({ repository }) => names.includes('all') || names.includes(repository))]
}
