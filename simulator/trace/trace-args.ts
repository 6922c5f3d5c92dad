// Call arguments and results as plain data for the event stream: short previews of bytes, no functions, so that events stay small and can be cloned.
import { isErr } from '../abi/errno.ts'

const PREVIEW = 64
const MOST_ELEMENTS = 64

/** Bytes in an event: the first ones, and how many there were. */
export interface BytesPreview { readonly bytes: Uint8Array; readonly length: number }
/** A list of records in an event, such as a directory's entries: how many they were. */
export interface EntryCount { readonly entries: number }

const isPlain = (value: unknown): boolean => (typeof value !== 'object' && typeof value !== 'function') || value === null

export function traceable(value: unknown): unknown {
  if (typeof value === 'function') return '[flow]'
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return { bytes: value.slice(0, PREVIEW), length: value.length } satisfies BytesPreview
  if (isErr(value)) return { errno: value.name }
  if (Array.isArray(value)) {
    const copy: unknown[] = value.slice(0, MOST_ELEMENTS)
    return copy.every(isPlain) ? copy : copy.map(traceable)
  }
  const copy: Record<string, unknown> = { ...value }
  for (const key in copy) if (!isPlain(copy[key])) copy[key] = traceable(copy[key])
  return copy
}

/** A call's result: of a list of records only their number is told. */
export function traceableResult(result: unknown): unknown {
  if (Array.isArray(result) && !isPlain(result[0])) return { entries: result.length } satisfies EntryCount
  return traceable(result)
}
