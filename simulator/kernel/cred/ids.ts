// Kernel ids and user ids (include/linux/uidgid.h). A Kuid is the machine-wide id; a number a program sees is meaningful only in a user namespace.
// Conversions go through the namespace's maps, see user_namespaces(7).
declare const kuidBrand: unique symbol
declare const kgidBrand: unique symbol
export type Kuid = number & { readonly [kuidBrand]: true }
export type Kgid = number & { readonly [kgidBrand]: true }

export const kuid = (n: number): Kuid => n as Kuid
export const kgid = (n: number): Kgid => n as Kgid
export const GLOBAL_ROOT_UID = kuid(0)
export const GLOBAL_ROOT_GID = kgid(0)
/** fs.overflowuid: what unmapped ids read as. */
export const OVERFLOW_ID = 65534
/** (uid_t)-1 */
export const INVALID_ID = 4294967295

/** One line of uid_map: `count` ids from `first` inside correspond to those from `lowerFirst` in the parent namespace; `kernelFirst` is the same in kernel ids. */
export interface IdExtent {
  readonly first: number
  readonly lowerFirst: number
  readonly kernelFirst: number
  readonly count: number
}
export type IdMap = readonly IdExtent[]

/** map_id_down: inside → kernel, or undefined where unmapped. */
export function mapDown(map: IdMap, id: number): number | undefined {
  for (const e of map) if (id >= e.first && id < e.first + e.count) return e.kernelFirst + (id - e.first)
  return undefined
}

/** map_id_up: kernel → inside, or undefined where unmapped. */
export function mapUp(map: IdMap, kernelId: number): number | undefined {
  for (const e of map) if (kernelId >= e.kernelFirst && kernelId < e.kernelFirst + e.count) return e.first + (kernelId - e.kernelFirst)
  return undefined
}

interface Mapped { readonly uidMap: IdMap; readonly gidMap: IdMap }
export const makeKuid = (ns: Mapped, uid: number): Kuid | undefined => mapDown(ns.uidMap, uid) as Kuid | undefined
export const makeKgid = (ns: Mapped, gid: number): Kgid | undefined => mapDown(ns.gidMap, gid) as Kgid | undefined
export const fromKuid = (ns: Mapped, id: Kuid): number | undefined => mapUp(ns.uidMap, id)
export const fromKgid = (ns: Mapped, id: Kgid): number | undefined => mapUp(ns.gidMap, id)
/** from_kuid_munged: what a program is shown. */
export const fromKuidMunged = (ns: Mapped, id: Kuid): number => mapUp(ns.uidMap, id) ?? OVERFLOW_ID
export const fromKgidMunged = (ns: Mapped, id: Kgid): number => mapUp(ns.gidMap, id) ?? OVERFLOW_ID
