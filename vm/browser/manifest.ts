// manifest.json of the machine for the page: what there is to download, how much, and what it is made of. Written by the image build,
// read by the page, the command line and the tests.

/** What a learner may be asked to download, in bytes: a larger image is not built. */
export const MOST_BYTES = 13_400_000

/** One file of the image. Its name has a hash of its content in it: it may be cached for ever. */
export interface ImageFileEntry {
  readonly name: string
  /** As stored and downloaded. */
  readonly bytes: number
  /** Of the stored bytes, in hexadecimal. */
  readonly sha256: string
  readonly encoding: 'zstd' | 'gzip' | 'none'
}

export interface BrowserVmManifest {
  readonly format: 1
  /** When the image was built: as `SOURCE_DATE_EPOCH`, seconds since 1970. */
  readonly built: number
  readonly files: { readonly state: ImageFileEntry; readonly emulator: ImageFileEntry; readonly wasm: ImageFileEntry }
  /** The sum of the files' bytes: what a learner downloads once. */
  readonly bytes: number
  /** bytes of RAM in the machine */
  readonly memory: number
  /** Exactly this version of v86 reads the state. */
  readonly v86: string
  readonly kernel: { readonly release: string; readonly package: string; readonly version: string }
  /** Debian packages of which something is in the image: name, version. */
  readonly packages: Readonly<Record<string, string>>
  /** Beside the manifest: who wrote all this, under which licences, and where the sources are. */
  readonly licences: string
}

/** Is this the manifest of an image that this code can run? */
export function isManifest(value: unknown): value is BrowserVmManifest {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'files' in value && 'bytes' in value
}
