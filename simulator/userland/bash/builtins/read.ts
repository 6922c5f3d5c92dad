import type { BuiltinTable } from './index.ts'

export const READ: BuiltinTable = {}
