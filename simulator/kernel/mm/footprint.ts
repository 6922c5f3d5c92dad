// What a program takes by itself, in kilobytes: measured once on the reference machine, the same for every process that runs it. Looked up when it is executed;
// what a process takes beyond is in its Mm.

export interface Footprint {
  readonly size: number
  readonly rss: number
  readonly anon: number
  readonly data: number
  readonly stack: number
  readonly code: number
  readonly lib: number
  readonly pageTables: number
}
export const NO_MEMORY: Footprint = { size: 0, rss: 0, anon: 0, data: 0, stack: 0, code: 0, lib: 0, pageTables: 0 }
const SMALL: Footprint = { size: 3052, rss: 932, anon: 88, data: 360, stack: 132, code: 20, lib: 1528, pageTables: 44 }
const SHELL: Footprint = { size: 4188, rss: 3432, anon: 404, data: 548, stack: 132, code: 772, lib: 1596, pageTables: 48 }
const DASH: Footprint = { size: 2576, rss: 940, anon: 92, data: 192, stack: 132, code: 84, lib: 1524, pageTables: 44 }
const PROCPS: Footprint = { size: 8088, rss: 3932, anon: 700, data: 1060, stack: 132, code: 72, lib: 4300, pageTables: 56 }
const BY_EXE: ReadonlyMap<string, Footprint> = new Map([['bash', SHELL], ['dash', DASH], ['sh', DASH], ['ps', PROCPS], ['top', PROCPS], ['pgrep', PROCPS]])

/** Of the program with this file name. */
export const footprintOf = (exe: string): Footprint => BY_EXE.get(exe) ?? SMALL
