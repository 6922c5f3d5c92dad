// What the machine needs only after its first prompt: the code of all programs, and what Docker finds on the disk. Fetched by the Worker while the page is read.
import { CONTAINER_IMAGES } from '../../simulator/images/containers/index.ts'
import { dockerStore } from '../../simulator/images/containers/store.ts'
import { IMAGE_TIME } from '../../simulator/images/host.ts'
import type { PopulateNode } from '../../simulator/kernel/fs/populate.ts'

export { ALL_PACKAGES } from '../../simulator/images/packages.ts'
export const containerStore = (): readonly PopulateNode[] => dockerStore(CONTAINER_IMAGES, IMAGE_TIME)
