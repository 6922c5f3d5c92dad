// Files of an image are named by their content: a changed one has another name, so each may be cached for ever.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageFileEntry } from '../../browser/manifest.ts'

/** Writes `name.ext` as `name-HASH.ext` into the folder. */
export function storeFile(folder: string, name: string, bytes: Uint8Array, encoding: ImageFileEntry['encoding']): ImageFileEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const hashed = name.replace('.', `-${sha256.slice(0, 16)}.`)
  writeFileSync(join(folder, hashed), bytes)
  return { name: hashed, bytes: bytes.length, sha256, encoding }
}
