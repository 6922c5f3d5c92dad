// AppArmor's path patterns as regular expressions (parser/parser_regex.c): * within a directory, ** across, ?, [..], {a,b}; variables stand for all their values.

const SPECIAL = /[.^$+|()]/

/** One pattern without variables. */
export function globToRegex(glob: string): string {
  let out = ''
  let depth = 0
  for (let at = 0; at < glob.length; at++) {
    const c = glob[at]
    if (c === '\\') {
      const next = glob[++at] ?? '\\'
      out += /[A-Za-z0-9/]/.test(next) ? next : `\\${next}`
    } else if (c === '*') {
      const isDeep = glob[at + 1] === '*'
      let end = at
      while (glob[end] === '*') end++
      const isWhole = glob[at - 1] === '/' && (end === glob.length || glob[end] === '/')
      if (isDeep) at++
      out += `${isWhole ? '[^/\\0]' : ''}${isDeep ? '[^\\0]*' : '[^/\\0]*'}`
    } else if (c === '?') out += '[^/\\0]'
    else if (c === '[') {
      const end = glob.indexOf(']', at + 2)
      if (end < 0) out += '\\['
      else {
        out += `[${glob.slice(at + 1, end).replaceAll('\\', '\\\\').replaceAll('[', '\\[').replaceAll('/', '\\/')}]`
        at = end
      }
    } else if (c === '{') {
      depth++
      out += '(?:'
    } else if (c === '}' && depth > 0) {
      depth--
      out += ')'
    } else if (c === ',' && depth > 0) out += '|'
    else out += SPECIAL.test(c) || c === '{' || c === '}' || c === ']' ? `\\${c}` : c
  }
  return out
}

/** How many characters are fixed before the first special one: the longer, the more specific. */
export const fixedLength = (glob: string): number => /^(?:\\.|[^*?[{\\])*/.exec(glob)?.[0].length ?? 0

export class UnknownVariable extends Error {}

/** All texts a pattern stands for, variables replaced. Throws UnknownVariable with the name. */
export function expandVariables(text: string, variables: ReadonlyMap<string, readonly string[]>): string[] {
  const match = /@\{([A-Za-z_]\w*)\}/.exec(text)
  if (match === null) return [text.replace(/\/{2,}/g, '/')]
  const values = variables.get(match[1])
  if (values === undefined) throw new UnknownVariable(match[1])
  return values.flatMap((value) => expandVariables(text.slice(0, match.index) + value + text.slice(match.index + match[0].length), variables))
}
