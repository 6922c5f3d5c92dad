import type { BuiltinTable } from './index.ts'

export const DIRECTORY: BuiltinTable = {}
