import type { BuiltinTable } from './index.ts'

export const TYPE: BuiltinTable = {}
