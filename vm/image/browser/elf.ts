// Which libraries a 32-bit x86 ELF file asks for (DT_NEEDED), read straight from the file: what ldd(1) would say without running it.

const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DT_NEEDED = 1
const DT_STRTAB = 5

/** True for an ELF file of class 32. */
export function isElf32(bytes: Uint8Array): boolean {
  return bytes.length > 52 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46 && bytes[4] === 1
}

/** Names of the libraries in DT_NEEDED, and the path of the program interpreter if there is one. */
export function needed(bytes: Uint8Array): { readonly libraries: readonly string[]; readonly interpreter: string | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const u32 = (at: number): number => view.getUint32(at, true)
  const text = (at: number): string => new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)))
  const headers = Array.from({ length: view.getUint16(44, true) }, (_, n) => {
    const at = u32(28) + n * view.getUint16(42, true)
    return { type: u32(at), offset: u32(at + 4), address: u32(at + 8), size: u32(at + 16) }
  })
  /** Offset in the file of an address in memory. */
  const offsetOf = (address: number): number => {
    const segment = headers.find(({ type, address: start, size }) => type === PT_LOAD && address >= start && address < start + size)
    if (segment === undefined) throw new Error(`no segment at ${address.toString(16)}`)
    return segment.offset + address - segment.address
  }
  const interpreter = headers.find(({ type }) => type === PT_INTERP)
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC)
  const entries = dynamic === undefined ? [] : Array.from({ length: dynamic.size / 8 }, (_, n) => ({ tag: u32(dynamic.offset + n * 8), value: u32(dynamic.offset + n * 8 + 4) }))
  const strings = entries.find(({ tag }) => tag === DT_STRTAB)?.value
  return {
    libraries: strings === undefined ? [] : entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => text(offsetOf(strings) + value)),
    interpreter: interpreter === undefined ? undefined : text(interpreter.offset),
  }
}
