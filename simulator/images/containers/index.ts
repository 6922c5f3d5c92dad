// The images on board when the machine is booted with Docker.
import { busyboxImage } from './busybox.ts'
import { debianImage, nginxImage } from './debian.ts'
import type { ContainerImage } from './container-image.ts'

export const CONTAINER_IMAGES: readonly ContainerImage[] = [busyboxImage, debianImage, nginxImage]
