// POSIX extended regular expressions (regex(7)) for =~, translated to the language's own. Leftmost, though not always longest, alternatives.

const CLASS: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t', punct: '!-\\/:-@\\[-`{-~',
  print: '\\x20-\\x7e', graph: '\\x21-\\x7e', cntrl: '\\x00-\\x1f\\x7f', xdigit: '0-9A-Fa-f',
}

/** Undefined when the expression is not valid. */
export function toJsRegex(ere: string, ignoreCase: boolean): RegExp | undefined {
  let out = ''
  for (let i = 0; i < ere.length; i++) {
    const c = ere[i]
    if (c === '[') {
      let k = i + 1
      let set = ''
      if (ere[k] === '^') {
        set += '^'
        k++
      }
      for (let first = true; k < ere.length && (first || ere[k] !== ']'); first = false) {
        if (ere[k] === '[' && ere[k + 1] === ':') {
          const end = ere.indexOf(':]', k)
          if (end < 0) return undefined
          set += CLASS[ere.slice(k + 2, end)] ?? ''
          k = end + 2
        } else {
          set += '\\[]^'.includes(ere[k]) ? `\\${ere[k]}` : ere[k]
          k++
        }
      }
      if (k >= ere.length) return undefined
      out += `[${set}]`
      i = k
    } else if (c === '\\' && i + 1 < ere.length) {
      const next = ere[++i]
      out += next === '<' || next === '>' ? '\\b' : /[wWsSbB]/.test(next) ? `\\${next}` : next.replace(/[.[\]{}()*+?^$|\\/]/, '\\$&')
    } else out += c === '/' ? '\\/' : c
  }
  try {
    return new RegExp(out, ignoreCase ? 'si' : 's')
  } catch {
    return undefined
  }
}
