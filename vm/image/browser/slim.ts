// What of Debian's ELF files is dead weight here becomes zeros, which take no room in the download, and the files keep their sizes and all that ldd(1) and the loader
// read. Tables for unwinding, since there is no unwinder (libgcc_s); and the code of libraries that programs are linked to but never call on this machine.

/** Where an ELF file says how its sections are described, and a description its parts. */
const HEADER = { sections: 32, sectionSize: 46, sectionCount: 48, sectionOfNames: 50 } as const
const SECTION = { name: 0, flags: 8, offset: 16, size: 20 } as const
const SHF_EXECINSTR = 4
const DT_INIT_ARRAYSZ = 27
const DT_FINI_ARRAYSZ = 28
const INT3 = 0xcc
const RET = 0xc3

/** Libraries of which nothing is called on this machine, and what they would be for. */
export const HOLLOW: Readonly<Record<string, string>> = {
  'libgcrypt.so.20': 'libsystemd’s sealed journals', 'libgpg-error.so.0': 'libgcrypt', 'liblz4.so.1': 'libsystemd’s packed journals', 'liblzma.so.5': 'libsystemd’s packed journals',
  'libzstd.so.1': 'libsystemd’s packed journals', 'libgssapi_krb5.so.2': 'Kerberos in libtirpc, which ss knows', 'libkrb5.so.3': 'Kerberos', 'libk5crypto.so.3': 'Kerberos', 'libkrb5support.so.0': 'Kerberos',
  'libkeyutils.so.1': 'Kerberos', 'libcom_err.so.2': 'Kerberos', 'libsemanage.so.2': 'SELinux in libsubid', 'libsepol.so.2': 'SELinux', 'libbz2.so.1.0': 'SELinux',
}

interface Section { readonly name: string; readonly isCode: boolean; readonly start: number; readonly end: number }

/** Nothing here reads .eh_frame, and nobody has the debugging symbols that .gnu_debuglink names. */
const isUnread = ({ name }: Section): boolean => name.startsWith('.eh_frame') || name === '.gnu_debuglink' || name === '.comment'

/** A 32-bit ELF file without what nothing on this machine reads. */
export function slim(file: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(file)
  for (const section of sections(bytes)) if (isUnread(section)) bytes.fill(0, section.start, section.end)
  return bytes
}

/** A 32-bit ELF library with its names, versions and relocations, but traps for code; nothing of it runs when it is loaded. */
export function hollow(library: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(library)
  for (const section of sections(bytes)) {
    const { name, isCode, start, end } = section
    if (name === '.init' || name === '.fini') bytes.fill(RET, start, end)
    else if (isCode) bytes.fill(INT3, start, end)
    else if (isUnread(section) || name.startsWith('.rodata')) bytes.fill(0, start, end)
    else if (name === '.dynamic') emptyArrays(new DataView(bytes.buffer, start, end - start))
  }
  return bytes
}

function sections(bytes: Uint8Array): Section[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const u32 = (at: number): number => view.getUint32(at, true)
  const [size, count, names] = [HEADER.sectionSize, HEADER.sectionCount, HEADER.sectionOfNames].map((at) => view.getUint16(at, true)) as [number, number, number]
  const header = (n: number): number => u32(HEADER.sections) + n * size
  return Array.from({ length: count }, (_, n) => {
    const nameAt = u32(header(names) + SECTION.offset) + u32(header(n) + SECTION.name)
    const start = u32(header(n) + SECTION.offset)
    return {
      name: new TextDecoder().decode(bytes.subarray(nameAt, bytes.indexOf(0, nameAt))), isCode: (u32(header(n) + SECTION.flags) & SHF_EXECINSTR) !== 0,
      start, end: start + u32(header(n) + SECTION.size),
    }
  })
}

/** The functions that run when the library is loaded and left: none. */
function emptyArrays(dynamic: DataView): void {
  for (let at = 0; at < dynamic.byteLength; at += 8) if ([DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ].includes(dynamic.getUint32(at, true))) dynamic.setUint32(at + 4, 0, true)
}
