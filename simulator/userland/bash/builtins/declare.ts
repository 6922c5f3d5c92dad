import type { BuiltinTable } from './index.ts'

export const DECLARE: BuiltinTable = {}
