// The history file of an interactive shell.
import type { Shell } from './state.ts'

export const historyFile = (sh: Shell): string => sh.vars.get('HISTFILE') ?? `${sh.vars.get('HOME') ?? ''}/.bash_history`
