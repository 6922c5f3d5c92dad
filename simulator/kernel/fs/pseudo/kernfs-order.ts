// The order in which kernfs (sysfs, cgroup) lists a directory: by a hash of the name (fs/kernfs/dir.c: kernfs_name_hash over include/linux/stringhash.h).
// Simpler: names tagged with a namespace (/sys/class/net) have that namespace's address in their hash on real Linux; here they have none.
import type { Dirent } from '../../../abi/stat.ts'

const GOLDEN_RATIO_64 = 0x61c8_8646_80b5_83ebn
const WORD = 0x1_0000_0000

/** full_name_hash of a 64-bit machine: x = (x + (c << 4) + (c >> 4)) · 11 for each byte, modulo 2⁶⁴, kept here in two words; then hash_long's upper half. */
export function kernfsNameHash(name: string): number {
  let low = 0
  let high = 0
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i)
    const sum = low + (c << 4) + (c >> 4)
    const product = (sum % WORD) * 11
    high = ((high + Math.floor(sum / WORD)) * 11 + Math.floor(product / WORD)) % WORD
    low = product % WORD
  }
  const x = (BigInt(high) << 32n) | BigInt(low)
  const hash = Number(BigInt.asUintN(64, x * GOLDEN_RATIO_64) >> 32n) & 0x7fff_ffff
  return Math.min(hash < 2 ? hash + 2 : hash, 0x7fff_fffe)
}

/** Sorted as kernfs would list them. */
export function kernfsOrder(entries: Iterable<Dirent>): Dirent[] {
  return [...entries].map((entry) => ({ entry, hash: kernfsNameHash(entry.name) })).sort((a, b) => a.hash - b.hash).map(({ entry }) => entry)
}
