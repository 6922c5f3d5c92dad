// Assigning from a builtin: `read`, `printf -v`, `getopts` … take a name or NAME[subscript] as text.
import type { Flow } from '../../../abi/syscalls.ts'
import { ArithmeticError } from '../arithmetic.ts'
import { assignScalar, ReadonlyError } from '../assign.ts'
import type { Shell } from '../state.ts'

export const targetOf = (text: string): { name: string; index: string | undefined } | undefined => {
  const m = /^([A-Za-z_][A-Za-z_0-9]*)(?:\[(.+)\])?$/s.exec(text)
  return m ? { name: m[1], index: m[2] } : undefined
}

/** Assigns, or reports why not and answers false. */
export function* assignReported(sh: Shell, target: string, value: string): Flow<boolean> {
  const t = targetOf(target)
  if (!t) {
    yield* sh.error(`\`${target}': not a valid identifier`)
    return false
  }
  try {
    assignScalar(sh, t.name, t.index, value, false)
    return true
  } catch (e) {
    if (e instanceof ReadonlyError) yield* sh.error(sh.bash ? `${e.name}: readonly variable` : `${e.name}: is read only`, sh.bash ? '' : sh.builtinName)
    else if (e instanceof ArithmeticError) yield* sh.error(`${value}: ${e.message}`)
    else throw e
    return false
  }
}
