// What the machine needs last: the code of the programs that aren't needed every day, and what Docker finds on the disk. Fetched by the Worker while the page is read.
import { dockerOnBoard } from '../../simulator/images/containers/on-board.ts'
import { IMAGE_TIME } from '../../simulator/images/host.ts'
import type { PopulateNode } from '../../simulator/kernel/fs/populate.ts'

export { IMAGE_PACKAGES } from '../../simulator/images/image-packages.ts'
export { ALL_PACKAGES } from '../../simulator/images/packages.ts'
export const containerStore = (images: readonly string[]): readonly PopulateNode[] => dockerOnBoard(images, IMAGE_TIME)
