// Colours of ls --color: the built-in defaults and $LS_COLORS (two-letter keys and *SUFFIX). Simpler: no multi-hard-link and capability colours.
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, S_ISGID, S_ISUID, S_ISVTX } from '../../../abi/stat.ts'

const DEFAULTS: readonly (readonly [string, string])[] = [
  ['di', '01;34'], ['ln', '01;36'], ['pi', '33'], ['so', '01;35'], ['bd', '01;33'], ['cd', '01;33'], ['ex', '01;32'],
  ['do', '01;35'], ['su', '37;41'], ['sg', '30;43'], ['st', '37;44'], ['ow', '34;42'], ['tw', '30;42'],
]
const KNOWN_TERMINALS = /^(Eterm|ansi|.*color.*|con\d+x\d+|cons25|console|cygwin|.*direct.*|dtterm|gnome|hurd|jfbterm|konsole|kterm|linux|linux-c|mlterm|putty|rxvt.*|screen.*|st|terminator|tmux.*|vt100|vt220|xterm.*)$/

export class Colors {
  readonly #codes = new Map(DEFAULTS)
  readonly #suffixes: (readonly [string, string])[] = []
  #used = false

  /** Undefined if the environment says that the terminal knows no colours. */
  static fromEnv(env: ReadonlyMap<string, string>): Colors | undefined {
    const table = env.get('LS_COLORS') ?? ''
    const colors = new Colors()
    if (table === '') return (env.get('COLORTERM') ?? '') !== '' || KNOWN_TERMINALS.test(env.get('TERM') ?? '') ? colors : undefined
    for (const item of table.split(':')) {
      const eq = item.indexOf('=')
      if (eq < 0) continue
      if (item.startsWith('*')) colors.#suffixes.unshift([item.slice(1, eq), item.slice(eq + 1)])
      else colors.#codes.set(item.slice(0, eq), item.slice(eq + 1))
    }
    return colors
  }

  /** The name in the colour of its file; `linkTargetMode` is undefined for a link to nothing. */
  paint(text: string, name: string, mode: number, dangling: boolean): string {
    const code = this.#codeOf(name, mode, dangling)
    if (code === undefined || code === '' || /^0*$/.test(code)) return text
    const start = this.#used ? '' : '\x1b[0m'
    this.#used = true
    return `${start}\x1b[${code}m${text}\x1b[0m`
  }

  #codeOf(name: string, mode: number, dangling: boolean): string | undefined {
    const has = (key: string): boolean => !/^0*$/.test(this.#codes.get(key) ?? '')
    switch (mode & S_IFMT) {
      case S_IFDIR:
        if (mode & S_ISVTX && mode & 0o002 && has('tw')) return this.#codes.get('tw')
        if (mode & 0o002 && has('ow')) return this.#codes.get('ow')
        return mode & S_ISVTX && has('st') ? this.#codes.get('st') : this.#codes.get('di')
      case S_IFLNK: return dangling && has('or') ? this.#codes.get('or') : this.#codes.get('ln')
      case S_IFIFO: return this.#codes.get('pi')
      case S_IFSOCK: return this.#codes.get('so')
      case S_IFBLK: return this.#codes.get('bd')
      case S_IFCHR: return this.#codes.get('cd')
      case S_IFREG:
        if (mode & S_ISUID && has('su')) return this.#codes.get('su')
        if (mode & S_ISGID && has('sg')) return this.#codes.get('sg')
        if (mode & 0o111 && has('ex')) return this.#codes.get('ex')
        return this.#suffixes.find(([suffix]) => name.endsWith(suffix))?.[1] ?? this.#codes.get('fi')
      default: return undefined
    }
  }
}
