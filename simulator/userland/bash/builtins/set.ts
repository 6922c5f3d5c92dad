import type { BuiltinTable } from './index.ts'

export const SET: BuiltinTable = {}
