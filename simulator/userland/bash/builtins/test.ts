import type { BuiltinTable } from './index.ts'

export const TEST: BuiltinTable = {}
