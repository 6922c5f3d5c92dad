// The drawing as data: a tree of shapes in CSS pixels at 1:1, styled by classes. A component turns it into SVG; tests compare it as it is.
import type { NsType } from '../../simulator/abi/sched.ts'

export type Shape =
  | { readonly kind: 'path'; readonly d: string; readonly cls: string }
  | { readonly kind: 'rect'; readonly x: number; readonly y: number; readonly w: number; readonly h: number; readonly cls: string }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly cls: string; readonly anchor: 'start' | 'middle' | 'end' }
  | { readonly kind: 'glyph'; readonly type: NsType; readonly x: number; readonly y: number; readonly size: number }
  | { readonly kind: 'group'; readonly cls: string; readonly shapes: readonly Shape[]; readonly transform?: string }

export interface Point { readonly x: number; readonly y: number }
export interface Box { readonly x: number; readonly y: number; readonly w: number; readonly h: number }

const round = (value: number): number => Math.round(value * 10) / 10

export const path = (cls: string, d: string): Shape => ({ kind: 'path', d, cls })
export const line = (x1: number, y1: number, x2: number, y2: number, cls = 'ln'): Shape => path(cls, `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`)
export const rect = (x: number, y: number, w: number, h: number, cls: string): Shape => ({ kind: 'rect', x: round(x), y: round(y), w: round(w), h: round(h), cls })
export const text = (x: number, y: number, words: string, cls = 'lt', anchor: 'start' | 'middle' | 'end' = 'start'): Shape =>
  ({ kind: 'text', x: round(x), y: round(y), text: words, cls, anchor })
export const glyph = (type: NsType, x: number, y: number, size: number): Shape => ({ kind: 'glyph', type, x: round(x), y: round(y), size })
export const group = (cls: string, shapes: readonly Shape[], transform?: string): Shape => ({ kind: 'group', cls, shapes, ...(transform === undefined ? {} : { transform }) })
/** A rectangle's outline, `inset` pixels inside its box. */
export const ring = (box: Box, inset: number): string =>
  `M${round(box.x + inset)} ${round(box.y + inset)}H${round(box.x + box.w - inset)}V${round(box.y + box.h - inset)}H${round(box.x + inset)}Z`
