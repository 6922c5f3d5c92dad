// The options of iptables itself (xshared.h: OPTSTRING_COMMON, the table of long options).
export interface Option { readonly name: string; readonly arg: 'none' | 'required' | 'optional'; readonly letter: string }
export const LONG: readonly Option[] = ([
  ['append', 'required', 'A'], ['delete', 'required', 'D'], ['check', 'required', 'C'], ['insert', 'required', 'I'], ['replace', 'required', 'R'], ['list', 'optional', 'L'],
  ['list-rules', 'optional', 'S'], ['flush', 'optional', 'F'], ['zero', 'optional', 'Z'], ['new-chain', 'required', 'N'], ['delete-chain', 'optional', 'X'], ['rename-chain', 'required', 'E'],
  ['policy', 'required', 'P'], ['source', 'required', 's'], ['destination', 'required', 'd'], ['src', 'required', 's'], ['dst', 'required', 'd'], ['protocol', 'required', 'p'],
  ['in-interface', 'required', 'i'], ['jump', 'required', 'j'], ['table', 'required', 't'], ['match', 'required', 'm'], ['numeric', 'none', 'n'], ['out-interface', 'required', 'o'],
  ['verbose', 'none', 'v'], ['wait', 'optional', 'w'], ['wait-interval', 'optional', 'W'], ['exact', 'none', 'x'], ['version', 'none', 'V'], ['help', 'optional', 'h'],
  ['line-numbers', 'none', '0'], ['modprobe', 'required', 'M'], ['set-counters', 'required', 'c'], ['goto', 'required', 'g'], ['ipv4', 'none', '4'], ['ipv6', 'none', '6'], ['fragments', 'none', 'f'],
] as const).map(([name, arg, letter]) => ({ name, arg, letter }))
export const SHORT = new Map([...LONG.map((o) => [o.letter, o.arg] as const), ['b', 'none']] as [string, Option['arg']][])
export const COMMANDS = 'ACDRILSFZNXEPVh'
/** For which commands an option makes sense: those about rules take what a rule has, lists what a list has. */
export const RULE_COMMANDS = 'ADCIR'
