// The letters of inode attributes (lib/e2p/pf.c, chattr(1)), in the order lsattr prints them.

export const FLAGS: readonly (readonly [bit: number, letter: string, name: string])[] = [
  [0x1, 's', 'Secure_Deletion'], [0x2, 'u', 'Undelete'], [0x8, 'S', 'Synchronous_Updates'], [0x10000, 'D', 'Synchronous_Directory_Updates'], [0x10, 'i', 'Immutable'],
  [0x20, 'a', 'Append_Only'], [0x40, 'd', 'No_Dump'], [0x80, 'A', 'No_Atime'], [0x4, 'c', 'Compression_Requested'], [0x800, 'E', 'Encrypted'],
  [0x4000, 'j', 'Journaled_Data'], [0x1000, 'I', 'Indexed_directory'], [0x8000, 't', 'No_Tailmerging'], [0x20000, 'T', 'Top_of_Directory_Hierarchies'],
  [0x80000, 'e', 'Extents'], [0x800000, 'C', 'No_COW'], [0x2000000, 'x', 'DAX'], [0x40000000, 'F', 'Casefold'], [0x10000000, 'N', 'Inline_Data'],
  [0x20000000, 'P', 'Project_Hierarchy'], [0x100000, 'V', 'Verity'], [0x400, 'm', 'Dont_Compress'],
]

export const flagText = (flags: number): string => FLAGS.map(([bit, letter]) => ((flags & bit) !== 0 ? letter : '-')).join('')
export const flagNames = (flags: number): string => FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, , name]) => name).join(', ') || '---'

/** What chattr may change. */
export const CHANGEABLE = 'aAcCdDeijPsStTuFx'
export const flagBit = (letter: string): number | undefined => (CHANGEABLE.includes(letter) ? FLAGS.find(([, l]) => l === letter)?.[0] : undefined)
