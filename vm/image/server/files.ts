// The files an image is made of: each named by the beginning of its hash, so that a half-built image never passes for a whole one.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageFile } from '../../server/image.ts'

/** Moves a finished file into the image: `disk` becomes `disk-0123456789ab`. */
export function adopt(path: string, home: string, name: string): ImageFile {
  const sha256 = hashOf(path)
  const file = `${name}-${sha256.slice(0, 12)}`
  renameSync(path, join(home, file))
  return { file, bytes: statSync(join(home, file)).size, sha256 }
}

function hashOf(path: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(1 << 20)
  const file = openSync(path, 'r')
  for (let n = readSync(file, chunk); n > 0; n = readSync(file, chunk)) hash.update(chunk.subarray(0, n))
  closeSync(file)
  return hash.digest('hex')
}
