// The framing of attached streams without a terminal (docker/pkg/stdcopy): one byte of stream number, three zeros, the length, the bytes.
import { concatBytes, EMPTY_BYTES } from '../../../lib/bytes.ts'

export type StreamNumber = 1 | 2

export function frame(stream: StreamNumber, data: Uint8Array): Uint8Array {
  const n = data.length
  return concatBytes([new Uint8Array([stream, 0, 0, 0, n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]), data])
}

/** Takes bytes as they come and gives whole frames. */
export class FrameReader {
  #buffer: Uint8Array = EMPTY_BYTES
  push(data: Uint8Array): void {
    this.#buffer = this.#buffer.length === 0 ? data : concatBytes([this.#buffer, data])
  }
  next(): { readonly stream: number; readonly data: Uint8Array } | undefined {
    const b = this.#buffer
    if (b.length < 8) return undefined
    const length = ((b[4] << 24) | (b[5] << 16) | (b[6] << 8) | b[7]) >>> 0
    if (b.length < 8 + length) return undefined
    this.#buffer = b.subarray(8 + length)
    return { stream: b[0], data: b.subarray(8, 8 + length) }
  }
}
