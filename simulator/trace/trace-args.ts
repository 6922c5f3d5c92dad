// Call arguments and results as plain data for the event stream: short previews of bytes, no functions, so that events stay small and can be cloned.
import { isErr } from '../abi/errno.ts'

const PREVIEW = 64

/** Bytes in an event: the first ones, and how many there were. */
export interface BytesPreview { readonly bytes: Uint8Array; readonly length: number }

export function traceable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[flow]' : value
  if (value instanceof Uint8Array) return { bytes: value.slice(0, PREVIEW), length: value.length } satisfies BytesPreview
  if (isErr(value)) return { errno: value.name }
  if (Array.isArray(value)) return value.length > 64 ? value.slice(0, 64).map(traceable) : value.map(traceable)
  const out: Record<string, unknown> = {}
  for (const [k, v] of Object.entries(value)) out[k] = traceable(v)
  return out
}
