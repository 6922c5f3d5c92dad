// The built image of the server's machine (`npm run vm:build server`): what lies in its folder, by the manifest beside it.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Accelerator } from './qemu-arguments.ts'
import { vmHome } from '../image/target.ts'

export interface ImageFile {
  /** Name in the image's folder; holds the beginning of the hash. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

/** A machine at its start: its RAM, the state of its devices, and what the disk had become by then. */
export interface Snapshot {
  /** MiB */
  readonly memory: number
  readonly ram: ImageFile
  readonly state: ImageFile
  readonly disk: ImageFile
}

export interface ServerManifest {
  /** Raised when older images can't be used any more. */
  readonly version: number
  readonly built: string
  readonly qemu: string
  readonly accelerator: Accelerator
  readonly kernel: string
  readonly files: {
    readonly disk: ImageFile
    /** An empty layer for a machine's own disk. */
    readonly layer: ImageFile
    /** Command that seals RAM templates (vm/image/server/seal.c). */
    readonly seal: ImageFile
    readonly kernel: ImageFile
    readonly initrd: ImageFile
  }
  readonly snapshots: { readonly plain: Snapshot; readonly docker: Snapshot }
  /** name, version and licence file of each Debian package in the image */
  readonly packages: readonly { readonly name: string; readonly version: string; readonly source: string; readonly licence: string }[]
}

export const MANIFEST_VERSION = 1
const WRITABLE_FOR_OTHERS = 0o022

export interface ServerImage { readonly folder: string; readonly manifest: ServerManifest }

const BUILD = 'build it with `npm run vm:build server` (about ten minutes, as root, from Debian’s packages)'

/** The image, or why there is none, in words. */
export function findServerImage(folder = vmHome('server')): ServerImage | string {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path)) return `there is no image of the QEMU machine in ${folder}: ${BUILD}`
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as ServerManifest
  if (manifest.version !== MANIFEST_VERSION) return `the image in ${folder} is of another version: ${BUILD}`
  const { files, snapshots: { plain, docker } } = manifest
  const all = [...Object.values(files), plain.ram, plain.state, plain.disk, docker.ram, docker.state, docker.disk]
  const lost = all.find(({ file }) => !existsSync(join(folder, file)))
  if (lost !== undefined) return `the image in ${folder} lacks ${lost.file}: ${BUILD}`
  const open = ['', 'manifest.json', ...all.map(({ file }) => file)].map((name) => join(folder, name)).find((each) => (statSync(each).mode & WRITABLE_FOR_OTHERS) !== 0)
  return open === undefined ? { folder, manifest } : `others may write to ${open}: nobody can trust a machine made of it (chmod go-w)`
}
