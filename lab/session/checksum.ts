// FNV-1a, 64 bits as two halves: enough to notice damage, not meant against malice.

/** Sixteen hex digits for a text or for bytes. */
export function fnv1a(data: string | Uint8Array): string {
  let low = 0x811c9dc5
  let high = 0xcbf29ce4
  for (let i = 0; i < data.length; i++) {
    const unit = typeof data === 'string' ? data.charCodeAt(i) : data[i]
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit ^ (low >>> 16), 0x01000193)
  }
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0')
}
