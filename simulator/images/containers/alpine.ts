// The image `alpine`: BusyBox and musl, as Alpine Linux 3.17 lays them out (the release with BusyBox 1.35). Its package manager is there and says that it isn't simulated.
import { executableBytes } from '../../lib/executable.ts'
import { alpinePackage, MUSL_LINKER } from '../../userland/programs/alpine/index.ts'
import { APPLET_NAMES } from '../../userland/programs/busybox/applet-names.ts'
import { programId } from '../../userland/program-table.ts'
import { type ImageNode, ImageBuilder } from '../image.ts'
import { ALPINE_APPLETS, ALPINE_DIRECTORIES, ALPINE_FILES, ALPINE_LINKS, ALPINE_SPECIAL_DIRECTORIES } from './alpine-tree.ts'
import type { ContainerImage } from './container-image.ts'

/** 2024-11-12T14:21:26Z */
const IMAGE_TIME = 1731421286000
const CREATED = '2025-02-14T03:28:36.212353742Z'

function tree(): readonly ImageNode[] {
  const image = new ImageBuilder(IMAGE_TIME)
  for (const path of ALPINE_DIRECTORIES) image.dir(path)
  for (const [path, mode, uid, gid] of ALPINE_SPECIAL_DIRECTORIES) image.dir(path, { mode, uid, gid })
  image.file('/bin/busybox', executableBytes('busybox-static/busybox', MUSL_LINKER), { mode: 0o755 })
  for (const [directory, names] of ALPINE_APPLETS) {
    for (const name of names.trim().split(/\s+/)) if (APPLET_NAMES.includes(name) && name !== 'busybox') image.symlink(`${directory}/${name}`, '/bin/busybox')
  }
  for (const entry of alpinePackage.programs) image.file(entry.path, executableBytes(programId(alpinePackage, entry), entry.path === MUSL_LINKER ? undefined : MUSL_LINKER), { mode: 0o755 })
  for (const [path, target] of ALPINE_LINKS) image.symlink(path, target)
  for (const file of ALPINE_FILES) image.file(file.path, file.content, file)
  return image.nodes()
}

export const alpineImage: ContainerImage = {
  repository: 'alpine',
  tag: 'latest',
  created: CREATED,
  isLoaded: true,
  config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['/bin/sh'] },
  history: [
    { created: '2025-02-14T03:28:36.088561104Z', created_by: '/bin/sh -c #(nop) ADD file:4e2ea84b66ad23b3e4c4d2bd6e1e7b2c6d4a0be0cfe6b0ed5b4ddd2fd8b1cd2d in / ' },
    { created: CREATED, created_by: '/bin/sh -c #(nop)  CMD ["/bin/sh"]', empty_layer: true },
  ],
  layers: [{ digest: 'sha256:8ed3eb5cbec5d2cb5ebd6eb9b6b2bd0ea0d3b2a8ae3a5a4ec5a8a5c8b0bb1fd4', size: 7062528, tree }],
}
