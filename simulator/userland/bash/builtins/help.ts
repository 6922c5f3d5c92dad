import type { BuiltinTable } from './index.ts'

export const HELP: BuiltinTable = {}
