// grep's command line (GNU grep 3.8) as one record.
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'

export const GREP_SHORT = '0123456789A:B:C:D:EFGHILPTUVX:abcd:e:f:hiLlm:noqRrsuvwxyZz'
const none = (name: string, is: string): LongOption => ({ name, arg: 'none', is })
const required = (name: string, is: string): LongOption => ({ name, arg: 'required', is })
export const GREP_LONG: readonly LongOption[] = [
  none('basic-regexp', 'G'), none('extended-regexp', 'E'), none('fixed-regexp', 'F'), none('fixed-strings', 'F'), none('perl-regexp', 'P'),
  required('after-context', 'A'), required('before-context', 'B'), required('context', 'C'), none('byte-offset', 'b'), required('binary-files', 'binary-files'),
  { name: 'color', arg: 'optional', is: 'color' }, { name: 'colour', arg: 'optional', is: 'color' }, none('count', 'c'), required('devices', 'D'),
  required('directories', 'd'), required('exclude', 'exclude'), required('exclude-from', 'exclude-from'), required('exclude-dir', 'exclude-dir'),
  required('file', 'f'), none('files-with-matches', 'l'), none('files-without-match', 'L'), required('group-separator', 'group-separator'),
  none('no-group-separator', 'no-group-separator'), none('help', 'help'), required('include', 'include'), none('ignore-case', 'i'),
  none('no-ignore-case', 'no-ignore-case'), none('initial-tab', 'T'), required('label', 'label'), none('line-buffered', 'line-buffered'), none('line-number', 'n'),
  none('line-regexp', 'x'), required('max-count', 'm'), none('no-filename', 'h'), none('no-messages', 's'), none('null', 'Z'), none('null-data', 'z'),
  none('only-matching', 'o'), none('quiet', 'q'), none('silent', 'q'), none('recursive', 'r'), none('dereference-recursive', 'R'), required('regexp', 'e'),
  none('invert-match', 'v'), none('text', 'a'), none('binary', 'U'), none('version', 'V'), none('with-filename', 'H'), none('word-regexp', 'w'),
]

export interface GrepOptions {
  readonly matcher: 'basic' | 'extended' | 'fixed' | 'perl'
  /** from -e and -f, in order; undefined if the first operand is the pattern */
  readonly patterns: readonly { readonly text?: string; readonly file?: string }[] | undefined
  readonly operands: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly before: number
  readonly after: number
  readonly maxCount: number
  readonly color: 'never' | 'always' | 'auto'
  readonly binary: 'binary' | 'text' | 'without-match'
  readonly directories: 'read' | 'skip' | 'recurse'
  readonly label: string
  readonly groupSeparator: string | undefined
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly excludeDir: readonly string[]
}

/** `fatal` is printed after `grep: ` (status 2), `usage` too, with the usage hint. */
export type GrepProblem = { readonly fatal: string } | { readonly usage: string } | { readonly show: 'help' | 'version' }

const MATCHERS = new Map<string, GrepOptions['matcher']>([['G', 'basic'], ['E', 'extended'], ['F', 'fixed'], ['P', 'perl']])
const COLORS = new Map<string, GrepOptions['color']>([
  ['always', 'always'], ['yes', 'always'], ['force', 'always'], ['never', 'never'], ['no', 'never'], ['none', 'never'], ['auto', 'auto'], ['tty', 'auto'], ['if-tty', 'auto'],
])

export function parseGrepOptions(argv: readonly string[]): GrepOptions | GrepProblem {
  const parsed = getoptLong(argv, GREP_SHORT, GREP_LONG)
  let matcher: GrepOptions['matcher'] = 'basic'
  let chosen = false
  const flags = new Set<string>()
  const patterns: { text?: string; file?: string }[] = []
  let [before, after, context] = [-1, -1, -1]
  let maxCount = Infinity
  let color: GrepOptions['color'] = 'never'
  let binary: GrepOptions['binary'] = 'binary'
  let directories: GrepOptions['directories'] = 'read'
  let label = '(standard input)'
  let groupSeparator: string | undefined = '--'
  let digits = ''
  const include: string[] = []
  const exclude: string[] = []
  const excludeDir: string[] = []
  for (const event of parsed.options) {
    if ('error' in event) return { usage: event.error }
    if ('unsimulated' in event) return { usage: event.unsimulated }
    const arg = event.arg ?? ''
    if (/^\d$/.test(event.opt)) {
      digits += event.opt
      context = Number(digits)
      continue
    }
    switch (event.opt) {
      case 'G': case 'E': case 'F': case 'P': {
        const wanted = MATCHERS.get(event.opt) ?? 'basic'
        if (chosen && wanted !== matcher && (wanted === 'perl' || matcher === 'perl')) return { fatal: 'conflicting matchers specified' }
        matcher = wanted
        chosen = true
        break
      }
      case 'A': case 'B': case 'C': {
        if (!/^\d+$/.test(arg)) return { fatal: `${arg}: invalid context length argument` }
        if (event.opt === 'A') after = Number(arg)
        else if (event.opt === 'B') before = Number(arg)
        else context = Number(arg)
        break
      }
      case 'm': {
        if (!/^-?\d+$/.test(arg)) return { fatal: 'invalid max count' }
        maxCount = Number(arg) < 0 ? Infinity : Number(arg)
        break
      }
      case 'e': patterns.push({ text: arg }); break
      case 'f': patterns.push({ file: arg }); break
      case 'color': {
        const when = COLORS.get(event.arg ?? 'auto')
        if (when === undefined) return { show: 'help' }
        color = when
        break
      }
      case 'binary-files': {
        if (arg !== 'binary' && arg !== 'text' && arg !== 'without-match') return { fatal: 'unknown binary-files type' }
        binary = arg
        break
      }
      case 'a': binary = 'text'; break
      case 'I': binary = 'without-match'; break
      case 'd': {
        const action = ['read', 'recurse', 'skip'].find((a) => a.startsWith(arg))
        if (action === undefined || arg === '') return { usage: `invalid argument ‘${arg}’ for ‘--directories’\nValid arguments are:\n  - ‘read’\n  - ‘recurse’\n  - ‘skip’` }
        directories = action === 'read' || action === 'skip' ? action : 'recurse'
        break
      }
      case 'r': case 'R': directories = 'recurse'; flags.add(event.opt); break
      case 'label': label = arg; break
      case 'group-separator': groupSeparator = arg; break
      case 'no-group-separator': groupSeparator = undefined; break
      case 'include': include.push(arg); break
      case 'exclude': exclude.push(arg); break
      case 'exclude-dir': excludeDir.push(arg.replace(/\/+$/, '')); break
      case 'H': flags.add('H'); flags.delete('h'); break
      case 'h': flags.add('h'); flags.delete('H'); break
      case 'i': case 'y': flags.add('i'); break
      case 'no-ignore-case': flags.delete('i'); break
      case 'help': return { show: 'help' }
      case 'V': return { show: 'version' }
      default: flags.add(event.opt)
    }
  }
  return {
    matcher, patterns: patterns.length > 0 ? patterns : undefined, operands: parsed.operands, flags, before: before >= 0 ? before : Math.max(context, 0),
    after: after >= 0 ? after : Math.max(context, 0), maxCount, color, binary, directories, label, groupSeparator, include, exclude, excludeDir,
  }
}
