// A session as a link: the log, compressed, in letters that need no escaping in an address.
import { LogError, readLog, writeLog } from './log.ts'
import type { InputLog } from './log.ts'

/** The part of a link after `#session=`. */
export async function encodeShare(log: InputLog): Promise<string> {
  const bytes = await through(new TextEncoder().encode(writeLog(log)), new CompressionStream('deflate-raw'))
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** @throws {LogError} if the link was cut off or changed */
export async function decodeShare(text: string): Promise<InputLog> {
  let plain: string
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    plain = new TextDecoder().decode(await through(Uint8Array.from(binary, (char) => char.charCodeAt(0)), new DecompressionStream('deflate-raw')))
  } catch {
    throw new LogError('not-readable', 'the link is not complete')
  }
  return readLog(plain)
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer())
}
