// Word expansion in bash's order: tilde, parameters, command substitution, arithmetic and process substitution, word splitting, pathname
// expansion, quote removal. Braces were expanded when the word was compiled (syntax.ts). See EXPANSION in bash(1).
import type { Flow } from '../../abi/syscalls.ts'
import type { Part, Word } from './ast.ts'
import { hasGlob } from '../../lib/fnmatch.ts'
import type { Shell } from './state.ts'
import { expandParameter } from './expansion-parameter.ts'
import { commandSubstitution, processSubstitution } from './expansion-command.ts'
import { expandPathname } from './glob.ts'
import { tildeHome } from './expansion-tilde.ts'
import { arithmeticText } from './expansion-arithmetic.ts'

/** Marks glob characters as literal in a pattern. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\]+@!()|]/g, '\\$&')

interface Field {
  text: string
  pattern: string
  /** Something in it was quoted: it stays even if empty. */
  quoted: boolean
  glob: boolean
}

/** Collects the fields of one word. With `split` false there is one field at most. */
export class Fields {
  readonly split: boolean
  readonly ifs: string
  readonly done: Field[] = []
  current: Field | undefined
  /** White space of IFS ended the last field. */
  #pendingBreak = false

  constructor(split: boolean, ifs: string) {
    this.split = split
    this.ifs = ifs
  }

  #open(): Field {
    if (this.#pendingBreak && this.current) this.end()
    this.#pendingBreak = false
    return (this.current ??= { text: '', pattern: '', quoted: false, glob: false })
  }

  end(): void {
    if (this.current) this.done.push(this.current)
    this.current = undefined
    this.#pendingBreak = false
  }

  quoted(text: string): void {
    const f = this.#open()
    f.text += text
    f.pattern += escapePattern(text)
    f.quoted = true
  }

  /** Literal unquoted text: may glob, is not split. */
  plain(text: string): void {
    const f = this.#open()
    f.text += text
    f.pattern += text
    if (!f.glob && /[*?[+@!]/.test(text)) f.glob = true
  }

  /** The unquoted result of an expansion: split at IFS. */
  expanded(text: string): void {
    if (!this.split || this.ifs === '') {
      if (text !== '') this.#result(text)
      return
    }
    let at = 0
    while (at < text.length) {
      let end = at
      while (end < text.length && !this.ifs.includes(text[end])) end++
      if (end > at) this.#result(text.slice(at, end))
      at = end
      if (at >= text.length) return
      if (isBlank(text[at])) {
        while (at < text.length && this.ifs.includes(text[at]) && isBlank(text[at])) at++
        if (at < text.length && this.ifs.includes(text[at])) {
          if (!this.current || this.#pendingBreak) this.#open()
          this.end()
          at++
          while (at < text.length && this.ifs.includes(text[at]) && isBlank(text[at])) at++
        } else if (this.current) this.#pendingBreak = true
      } else {
        this.#open()
        this.end()
        at++
        while (at < text.length && this.ifs.includes(text[at]) && isBlank(text[at])) at++
      }
    }
  }

  #result(text: string): void {
    const f = this.#open()
    f.text += text
    f.pattern += text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
    if (!f.glob && /[*?[+@!]/.test(text)) f.glob = true
  }
}

const isBlank = (c: string): boolean => c === ' ' || c === '\t' || c === '\n'

export const ifsOf = (sh: Shell): string => sh.vars.get('IFS') ?? (sh.vars.find('IFS') ? '' : ' \t\n')

/** Expands the parts of a word into fields. */
export function* expandParts(sh: Shell, parts: readonly Part[], out: Fields, quoted: boolean): Flow<void> {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        if (quoted || part.quoted) out.quoted(part.text)
        else out.plain(part.text)
        break
      case 'double': {
        // "$@" without parameters leaves nothing, not an empty word.
        const onlyLists = part.parts.length > 0 && part.parts.every((p) => p.kind === 'param' && isListParam(p.param.name, p.param.index?.text))
        if (!onlyLists) out.quoted('')
        yield* expandParts(sh, part.parts, out, true)
        break
      }
      case 'tilde': {
        const home = yield* tildeHome(sh, part.user)
        if (home === undefined) out.plain(`~${part.user}`)
        else out.quoted(home)
        break
      }
      case 'param':
        yield* expandParameter(sh, part.param, out, quoted)
        break
      case 'command': {
        const text = yield* commandSubstitution(sh, part.body())
        if (quoted) out.quoted(text)
        else out.expanded(text)
        break
      }
      case 'arith': {
        const text = yield* arithmeticText(sh, part.expression)
        if (quoted) out.quoted(text)
        else out.expanded(text)
        break
      }
      case 'process':
        out.quoted(yield* processSubstitution(sh, part.operator, part.body()))
        break
    }
  }
}

const isListParam = (name: string, index: string | undefined): boolean => name === '@' || index === '@'

/** Expands words to arguments. */
export function* expandWords(sh: Shell, words: readonly Word[]): Flow<string[]> {
  const out: string[] = []
  for (const word of words) {
    if (word.literal !== undefined) out.push(word.literal)
    else yield* expandWord(sh, word, out)
  }
  return out
}

export function* expandWord(sh: Shell, word: Word, out: string[]): Flow<void> {
  if (word.braces && sh.bash && sh.options.has('braceexpand')) {
    for (const w of word.braces) {
      if (w.literal !== undefined) out.push(w.literal)
      else yield* expandFields(sh, w, out)
    }
  } else yield* expandFields(sh, word, out)
}

function* expandFields(sh: Shell, word: Word, out: string[]): Flow<void> {
  const fields = new Fields(true, ifsOf(sh))
  yield* expandParts(sh, word.parts, fields, false)
  fields.end()
  const extglob = sh.shopts.get('extglob') === true
  for (const f of fields.done) {
    if (f.text === '' && !f.quoted && f.pattern === '') {
      if (fields.done.length > 1) out.push('')
      continue
    }
    if (f.glob && !sh.options.has('noglob') && hasGlob(f.pattern, extglob)) yield* expandPathname(sh, f.pattern, f.text, out)
    else out.push(f.text)
  }
}

/** Expands to one string without splitting or globbing: assignments, case words, redirection targets of here-strings. */
export function* expandString(sh: Shell, word: Word): Flow<string> {
  if (word.literal !== undefined) return word.literal
  const fields = new Fields(false, '')
  yield* expandParts(sh, word.parts, fields, false)
  fields.end()
  return fields.done.map((f) => f.text).join(' ')
}

/** As if inside double quotes: here-documents, arithmetic, prompts. */
export function* expandQuoted(sh: Shell, word: Word): Flow<string> {
  if (word.literal !== undefined) return word.literal
  const fields = new Fields(false, '')
  yield* expandParts(sh, word.parts, fields, true)
  fields.end()
  return fields.done.map((f) => f.text).join(' ')
}

/** To a pattern in which quoted characters are escaped. */
export function* expandPattern(sh: Shell, word: Word): Flow<string> {
  const fields = new Fields(false, '')
  yield* expandParts(sh, word.parts, fields, false)
  fields.end()
  return fields.done.map((f) => f.pattern).join(' ')
}

/** To a regular expression for =~: quoted stretches match themselves. */
export function* expandRegex(sh: Shell, word: Word): Flow<string> {
  let out = ''
  for (const part of word.parts) {
    const fields = new Fields(false, '')
    yield* expandParts(sh, [part], fields, false)
    fields.end()
    const text = fields.done.map((f) => f.text).join(' ')
    const literal = part.kind === 'double' || (part.kind === 'text' && part.quoted)
    out += literal ? text.replace(/[.[\]{}()*+?^$|\\]/g, '\\$&') : text
  }
  return out
}
