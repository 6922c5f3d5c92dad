// $? as a number that fits an exit status.
import type { Shell } from './state.ts'

export const waitStatus = (sh: Shell): number => sh.status & 0xff
