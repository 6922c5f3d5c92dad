// The blocks of a tar archive (tar(5)): GNU format, 512-byte headers, long names in members of their own.
import { concatBytes, decodeUtf8, encodeUtf8 } from './bytes.ts'

export const BLOCK = 512
/** Archives are filled up to 20 blocks. */
export const RECORD = 20 * BLOCK

export type MemberType = '0' | '1' | '2' | '3' | '4' | '5' | '6'
export interface Member {
  readonly name: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
  readonly size: number
  /** seconds since 1970 */
  readonly mtime: number
  /** 0 file, 1 hard link, 2 symbolic link, 3 char, 4 block, 5 directory, 6 fifo */
  readonly type: MemberType
  readonly link: string
  readonly major: number
  readonly minor: number
}
export interface ArchivedMember extends Member {
  readonly data: Uint8Array
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`

function rawHeader(name: Uint8Array, m: Member, type: string, link: Uint8Array, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (text: string, at: number): void => block.set(encodeUtf8(text), at)
  block.set(name.subarray(0, 100), 0)
  put(octal(m.mode & 0o7777, 8), 100)
  put(octal(m.uid, 8), 108)
  put(octal(m.gid, 8), 116)
  put(octal(size, 12), 124)
  put(octal(Math.max(0, Math.floor(m.mtime)), 12), 136)
  put('        ', 148)
  put(type, 156)
  block.set(link.subarray(0, 100), 157)
  put('ustar  \0', 257)
  put(m.user.slice(0, 31), 265)
  put(m.group.slice(0, 31), 297)
  if (m.type === '3' || m.type === '4') {
    put(octal(m.major, 8), 329)
    put(octal(m.minor, 8), 337)
  }
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const padding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)

function longName(m: Member, text: Uint8Array, type: 'L' | 'K'): readonly Uint8Array[] {
  const data = concatBytes([text, Uint8Array.of(0)])
  const owner = { ...m, mode: 0o644, uid: 0, gid: 0, mtime: 0, user: 'root', group: 'root' }
  return [rawHeader(encodeUtf8('././@LongLink'), owner, type, new Uint8Array(0), data.length), data, padding(data.length)]
}

/** A member's blocks. */
export function encodeMember(m: ArchivedMember): Uint8Array {
  const name = encodeUtf8(m.name)
  const link = encodeUtf8(m.link)
  const parts: Uint8Array[] = []
  if (link.length > 100) parts.push(...longName(m, link, 'K'))
  if (name.length > 100) parts.push(...longName(m, name, 'L'))
  parts.push(rawHeader(name, m, m.type, link, m.data.length), m.data, padding(m.data.length))
  return concatBytes(parts)
}

/** Two empty blocks and the rest of the record. */
export function encodeEnd(length: number): Uint8Array {
  return new Uint8Array(Math.ceil((length + 2 * BLOCK) / RECORD) * RECORD - length)
}

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
}
const number = (bytes: Uint8Array): number => Number.parseInt(text(bytes).trim() || '0', 8)

function isHeader(block: Uint8Array): boolean {
  const stored = number(block.subarray(148, 156))
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : block[i]
  return sum === stored
}

/** All members. `isDamaged`: a block that is no header stopped the reading; `isArchive`: at least the beginning was one. */
export function decodeArchive(data: Uint8Array): { readonly members: readonly ArchivedMember[]; readonly isArchive: boolean; readonly isDamaged: boolean } {
  const members: ArchivedMember[] = []
  let longFile: string | undefined
  let longLink: string | undefined
  for (let at = 0; at + BLOCK <= data.length; ) {
    const block = data.subarray(at, at + BLOCK)
    if (block.every((byte) => byte === 0)) return { members, isArchive: true, isDamaged: false }
    if (!isHeader(block)) return { members, isArchive: members.length > 0, isDamaged: true }
    const size = number(block.subarray(124, 136))
    const body = data.subarray(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(block[156])
    if (type === 'L') longFile = text(body)
    else if (type === 'K') longLink = text(body)
    else if (type === 'x' || type === 'g') continue
    else {
      const prefix = text(block.subarray(257, 263)) === 'ustar' ? text(block.subarray(345, 500)) : ''
      const name = longFile ?? `${prefix === '' ? '' : `${prefix}/`}${text(block.subarray(0, 100))}`
      members.push({
        name, mode: number(block.subarray(100, 108)), uid: number(block.subarray(108, 116)), gid: number(block.subarray(116, 124)), size,
        mtime: number(block.subarray(136, 148)), type: (type === '\0' ? '0' : type) as MemberType, link: longLink ?? text(block.subarray(157, 257)),
        user: text(block.subarray(265, 297)), group: text(block.subarray(297, 329)), major: number(block.subarray(329, 337)), minor: number(block.subarray(337, 345)), data: body,
      })
      longFile = longLink = undefined
    }
  }
  return { members, isArchive: members.length > 0, isDamaged: members.length === 0 }
}
