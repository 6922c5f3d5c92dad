import type { BuiltinTable } from './index.ts'

export const KILL: BuiltinTable = {}
