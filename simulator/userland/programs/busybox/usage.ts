// What an applet prints for --help and after a wrong option.
import { BANNER } from './applet-names.ts'
import { USAGES_1 } from './usage-1.ts'
import { USAGES_2 } from './usage-2.ts'
import { USAGES_3 } from './usage-3.ts'
import { USAGES_4 } from './usage-4.ts'

const USAGES: ReadonlyMap<string, string> = new Map([...USAGES_1, ...USAGES_2, ...USAGES_3, ...USAGES_4])

/** Banner and usage, or undefined where none is kept. */
export function usageOf(applet: string): string | undefined {
  const text = USAGES.get(applet)
  return text === undefined ? undefined : `${BANNER}\n\n${text}`
}
