// What the machine needs only after its first prompt: the code of all programs, and what Docker finds on the disk. Fetched by the Worker while the page is read.
import { imagesOnBoard } from '../../simulator/images/containers/index.ts'
import { dockerStore } from '../../simulator/images/containers/store.ts'
import { IMAGE_TIME } from '../../simulator/images/host.ts'
import type { PopulateNode } from '../../simulator/kernel/fs/populate.ts'

export { IMAGE_PACKAGES } from '../../simulator/images/image-packages.ts'
export { ALL_PACKAGES } from '../../simulator/images/packages.ts'
export const containerStore = (images: readonly string[]): readonly PopulateNode[] => dockerStore(imagesOnBoard(images), IMAGE_TIME)
