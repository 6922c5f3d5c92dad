// Switching a `set -o` option by name, with what hangs on it.
import type { Shell } from '../state.ts'

export function setOption(sh: Shell, name: string, on: boolean): void {
  if (on) sh.options.add(name)
  else sh.options.delete(name)
}
