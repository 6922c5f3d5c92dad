// Images built from debian:12 by a Dockerfile: each step is a line of the history, and a layer if it brought files.
import { S_IFREG } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { sha256 } from '../../lib/digest.ts'
import { executableBytes } from '../../lib/executable.ts'
import type { ArchivedMember } from '../../lib/tar.ts'
import { encodeArchive, fileMember } from '../../userland/containers/docker/tree-archive.ts'
import { gmtime } from '../../userland/libc/time.ts'
import { programId, type ProgramPackage } from '../../userland/program-table.ts'
import { DEBIAN_GROUP, DEBIAN_PASSWD, gshadowOf, shadowOf } from '../debian-accounts.ts'
import { LINKER } from '../debian-programs.ts'
import { type ImageNode, ImageBuilder } from '../image.ts'
import type { ContainerImage, ImageLayer, OciImageConfig } from './container-image.ts'
import { ACCOUNTS_MADE, DEBIAN_LAYER, debianImage } from './debian.ts'

/** One line of a Dockerfile; with `layer` it brought files. */
export interface Step {
  /** As `docker history` shows it: `/bin/sh -c #(nop)  EXPOSE 80`, or what RUN ran. */
  readonly by: string
  readonly layer?: ImageLayer
}

interface Built {
  readonly repository: string
  /** Seconds since 1970 of the first step; the others follow second by second. */
  readonly begun: number
  readonly steps: readonly Step[]
  readonly config: OciImageConfig
}

export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function builtOnDebian({ repository, begun, steps, config }: Built): ContainerImage {
  const two = (n: number): string => String(n).padStart(2, '0')
  const time = (n: number): string => {
    const t = gmtime(begun + n)
    return `${t.year}-${two(t.month + 1)}-${two(t.day)}T${two(t.hour)}:${two(t.min)}:${two(t.sec)}.${String(104729 * (n + 7) % 1000000).padStart(6, '0')}337Z`
  }
  return {
    repository, tag: 'latest', created: time(steps.length - 1), isLoaded: true, config,
    history: [...debianImage.history, ...steps.map(({ by, layer }, n) => ({ created: time(n), created_by: by, ...(layer === undefined ? { empty_layer: true } : {}) }))],
    layers: [DEBIAN_LAYER, ...steps.flatMap(({ layer }) => (layer === undefined ? [] : [layer]))],
  }
}

/** A Dockerfile's line that only changes the config. */
export const setting = (line: string): Step => ({ by: `/bin/sh -c #(nop)  ${line}` })

const hashOf = (data: string | Uint8Array): string => {
  const digest = sha256()
  digest.update(typeof data === 'string' ? encodeUtf8(data) : data)
  return digest.hex()
}

/** Files that a step brought. Its digest is that of the archive of them, worked out when somebody asks. */
class BuiltLayer implements ImageLayer {
  readonly size: number
  readonly #time: number
  readonly #fill: (image: ImageBuilder) => void
  #digest: string | undefined

  constructor(size: number, time: number, fill: (image: ImageBuilder) => void) {
    this.size = size
    this.#time = time
    this.#fill = fill
  }
  readonly tree = (): readonly ImageNode[] => {
    const image = new ImageBuilder(this.#time * 1000)
    this.#fill(image)
    return image.nodes()
  }
  get digest(): string {
    this.#digest ??= `sha256:${hashOf(encodeArchive(this.tree().map(memberOf)))}`
    return this.#digest
  }
}
function memberOf(node: ImageNode): ArchivedMember {
  const content = node.type === 'file' ? node.content : ''
  const data = typeof content === 'string' ? encodeUtf8(content) : content
  const name = `${node.path.slice(1)}${node.type === 'dir' ? '/' : ''}`
  return { ...fileMember(name, data, node.mtime / 1000), mode: node.mode, uid: node.uid, gid: node.gid, type: node.type === 'dir' ? '5' : node.type === 'symlink' ? '2' : '0', link: node.type === 'symlink' ? node.target : '' }
}

/** A layer of the files that `fill` adds; `size` as `docker history` shows it: that of the real ones, which our programs stand for. */
export const layer = (size: number, time: number, fill: (image: ImageBuilder) => void): ImageLayer => new BuiltLayer(size, time, fill)

/** COPY of files into a directory: the history names them by a hash of names, modes and contents, as our own builder does. */
export function copyStep(target: string, time: number, files: readonly { readonly name: string; readonly content: string; readonly mode?: number }[]): Step {
  const hash = files.map(({ name, content, mode = 0o644 }) => hashOf(`${name} ${S_IFREG | mode} ${hashOf(content)}`)).join('')
  return {
    by: `/bin/sh -c #(nop) COPY ${files.length > 1 ? 'multi' : 'file'}:${hashOf(hash)} in ${target} `,
    layer: layer(files.reduce((sum, { content }) => sum + encodeUtf8(content).length, 0), time, (image) => {
      for (const { name, content, mode } of files) image.file(`${target}${name}`, content, { mode })
    }),
  }
}

/** The executables of a package and the links to them. */
export function addPackage(image: ImageBuilder, pkg: ProgramPackage, place = (path: string): string => path): void {
  for (const entry of pkg.programs) {
    image.file(place(entry.path), executableBytes(programId(pkg, entry), LINKER), { mode: entry.mode ?? 0o755 })
    for (const link of entry.links ?? []) image.symlink(place(link), place(entry.path).replace(/^.*\//, ''))
  }
}

/** The account files of Debian with one more user and group. */
export function addUser(image: ImageBuilder, name: string, id: number, comment: string, home: string, shell: string, more: string = ''): void {
  const passwd = `${DEBIAN_PASSWD}${name}:x:${id}:${id}:${comment}:${home}:${shell}\n`
  const group = `${DEBIAN_GROUP}${more}${name}:x:${id}:\n`
  image.file('/etc/passwd', passwd)
  image.file('/etc/group', group)
  image.file('/etc/shadow', shadowOf(passwd, ACCOUNTS_MADE), { mode: 0o640, gid: 42 })
  image.file('/etc/gshadow', gshadowOf(group), { mode: 0o640, gid: 42 })
}
