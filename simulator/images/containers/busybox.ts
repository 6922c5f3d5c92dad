// The image `busybox`: BusyBox with links for its applets, as `docker import` made it from a tar file.
import { executableBytes } from '../../lib/executable.ts'
import { APPLET_NAMES } from '../../userland/programs/busybox/applet-names.ts'
import { type ImageNode, ImageBuilder } from '../image.ts'
import type { ContainerImage } from './container-image.ts'

const IMAGE_TIME = 1765792800000

function tree(): readonly ImageNode[] {
  const image = new ImageBuilder(IMAGE_TIME)
  for (const path of ['/bin', '/etc', '/root', '/dev', '/proc', '/sys']) image.dir(path)
  image.dir('/tmp', { mode: 0o1777 })
  image.file('/bin/busybox', executableBytes('busybox-static/busybox'), { mode: 0o755 })
  for (const name of APPLET_NAMES) if (name !== 'busybox') image.symlink(`/bin/${name}`, 'busybox')
  image.file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
  image.file('/etc/group', 'root:x:0:\n')
  return image.nodes()
}

export const busyboxImage: ContainerImage = {
  repository: 'busybox',
  tag: 'latest',
  created: '2025-12-15T10:00:00.000000000Z',
  config: { Cmd: ['sh'] },
  history: [{ created: '2025-12-15T10:00:00.000000000Z', comment: 'Imported from -' }],
  layers: [{ digest: 'sha256:3f9cf9ac5ac5ed4ed3c4a3a3a30e7b0f6d2b0b7a4ab3d3a1d8d1c3a0c3c2a1b9', size: 2025472, tree }],
}
