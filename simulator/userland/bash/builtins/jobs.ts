import type { BuiltinTable } from './index.ts'

export const JOBS: BuiltinTable = {}
