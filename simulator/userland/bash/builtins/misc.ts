import type { BuiltinTable } from './index.ts'

export const MISC: BuiltinTable = {}
