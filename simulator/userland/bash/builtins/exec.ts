import type { BuiltinTable } from './index.ts'

export const EXEC: BuiltinTable = {}
