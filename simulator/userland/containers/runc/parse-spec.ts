// config.json read and looked over before anything is done (spec.go: loadSpec, validateProcessSpec).
import { fail } from '../go-error.ts'
import { parseGoJson } from '../go-json.ts'
import type { OciProcess, OciSpec } from './oci.ts'

export function parseSpec(text: string): OciSpec {
  const spec = parseGoJson(text) as OciSpec
  validateProcess(spec.process)
  return spec
}

export function validateProcess(process: OciProcess | undefined): void {
  if (process === undefined || process === null) return fail('process property must not be empty')
  if ((process.cwd ?? '') === '') fail('Cwd property must not be empty')
  if (process.cwd?.startsWith('/') !== true) fail('Cwd must be an absolute path')
  if ((process.args?.length ?? 0) === 0) fail('args must not be empty')
}
