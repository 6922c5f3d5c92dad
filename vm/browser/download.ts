// The image's files: out of the browser's cache, else over the network with every byte told. Names have a hash in them, so what is cached is right
// for ever, and what an older image left there goes.
import type { BrowserVmManifest, ImageFileEntry } from './manifest.ts'

const CACHE = 'isolab-browser-vm'

export class DownloadError extends Error {}

/** The cache, where the browser has one: not on pages without https, nor in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  return typeof caches === 'undefined' ? undefined : caches.open(CACHE).catch(() => undefined)
}

/** How many of the image's bytes are not in the cache yet. */
export async function bytesToDownload(baseUrl: string, { files }: BrowserVmManifest): Promise<number> {
  const cache = await openCache()
  let bytes = 0
  for (const file of Object.values(files)) if (await cache?.match(new URL(file.name, baseUrl)) === undefined) bytes += file.bytes
  return bytes
}

/** Keeps the manifest for days without a network, or answers the kept one. */
export async function manifestResponse(baseUrl: string): Promise<Response | undefined> {
  const url = new URL('manifest.json', baseUrl)
  const cache = await openCache()
  const fresh = await fetch(url, { cache: 'no-cache' }).catch(() => undefined)
  if (fresh === undefined) return cache?.match(url)
  if (fresh.ok) await cache?.put(url, fresh.clone()).catch(() => undefined)
  return fresh
}

/** All files of the image, unpacked except for the state, which the machine unpacks itself. `tell` hears of every piece. @throws {DownloadError} */
export async function downloadImage(baseUrl: string, manifest: BrowserVmManifest, tell: (loaded: number) => void): Promise<Readonly<Record<keyof BrowserVmManifest['files'], ArrayBuffer>>> {
  const cache = await openCache()
  let loaded = 0
  const take = async (file: ImageFileEntry): Promise<ArrayBuffer> => {
    const bytes = await fetchFile(new URL(file.name, baseUrl), file, cache, (more) => {
      loaded += more
      tell(loaded)
    })
    return file.encoding === 'gzip' ? unzipped(bytes) : bytes
  }
  const { state, emulator, wasm } = manifest.files
  const files = { emulator: await take(emulator), wasm: await take(wasm), state: await take(state) }
  await forgetOthers(cache, baseUrl, manifest)
  return files
}

async function fetchFile(url: URL, file: ImageFileEntry, cache: Cache | undefined, tell: (more: number) => void): Promise<ArrayBuffer> {
  const kept = await cache?.match(url)
  if (kept !== undefined) {
    const bytes = await kept.arrayBuffer()
    if (bytes.byteLength === file.bytes) {
      tell(file.bytes)
      return bytes
    }
  }
  const response = await fetch(url).catch((error: unknown) => {
    throw new DownloadError(`the download broke off: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (!response.ok || response.body === null) throw new DownloadError(`${url.pathname}: the server says ${response.status}`)
  const bytes = new Uint8Array(file.bytes)
  let at = 0
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new DownloadError(`the download broke off after ${at} bytes: ${error instanceof Error ? error.message : String(error)}`)
    })
    if (done) break
    if (at + value.length > bytes.length) throw new DownloadError(`${url.pathname} is longer than it should be`)
    bytes.set(value, at)
    at += value.length
    tell(value.length)
  }
  if (at !== file.bytes || !await isGenuine(bytes, file.sha256)) throw new DownloadError(`${url.pathname} is not what it should be`)
  // A full disk is no reason not to start.
  await cache?.put(url, new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } })).catch(() => undefined)
  return bytes.buffer
}

/** Without https there is no digest to be had; the length must do. */
async function isGenuine(bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<boolean> {
  if (typeof crypto === 'undefined' || !('subtle' in crypto)) return true
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === sha256
}

async function unzipped(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}

async function forgetOthers(cache: Cache | undefined, baseUrl: string, { files }: BrowserVmManifest): Promise<void> {
  if (cache === undefined) return
  const wanted = new Set([...Object.values(files).map(({ name }) => name), 'manifest.json'].map((name) => new URL(name, baseUrl).href))
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request)
}
