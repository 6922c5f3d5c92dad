// Vite plugin: `virtual:program-list` is the list of the host's programs without their code, so that a page can boot the machine before the code is there.
import type { Plugin } from 'vite'
import { ALL_PACKAGES } from '../../simulator/images/packages.ts'

const NAME = 'virtual:program-list'

export function programList(): Plugin {
  const list = ALL_PACKAGES.map(({ name, version, programs }) => ({
    name, version,
    programs: programs.map(({ program: _program, options: _options, summary: _summary, ...file }) => file),
  }))
  return {
    name: 'isolab-program-list',
    resolveId: id => id === NAME ? `\0${NAME}` : undefined,
    load: id => id === `\0${NAME}` ? `export const list = ${JSON.stringify(list)}` : undefined,
  }
}
