import type { BuiltinTable } from './index.ts'

export const HISTORY: BuiltinTable = {}
