import type { BuiltinTable } from './index.ts'

export const TRAP: BuiltinTable = {}
