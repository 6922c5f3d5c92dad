import type { BuiltinTable } from './index.ts'

export const PRINTF: BuiltinTable = {}
