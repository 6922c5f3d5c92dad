// Prints commands as bash does (print_cmd.c): for jobs on one line, for `type` and `declare -f` over several.
import type { Command, List, Redirection, Simple, TestExpression, Word } from './ast.ts'
import type { ShellFunction } from './state.ts'

const INDENT = 4

class Printer {
  out = ''
  #indent = 0
  /** Here-documents wait for the end of the line. */
  #docs: Redirection[] = []
  /** Inside a function definition newlines separate; outside `;`. */
  readonly multiline: boolean

  constructor(multiline: boolean) {
    this.multiline = multiline
  }

  #newline(text = ''): void {
    this.#flushDocs()
    this.out += `\n${' '.repeat(this.#indent)}${text}`
  }

  #flushDocs(): void {
    for (const d of this.#docs) this.out += `\n${d.hereDoc?.text ?? ''}${d.hereDoc?.delimiter ?? ''}`
    this.#docs = []
  }

  finish(): string {
    this.#flushDocs()
    return this.out
  }

  #block(list: List): void {
    this.#indent += INDENT
    this.#newline()
    this.list(list, true)
    this.#indent -= INDENT
  }

  /** Statements; `lines` puts each on its own line. */
  list(list: List, lines: boolean): void {
    list.statements.forEach((s, n) => {
      this.command(s.command)
      const last = n === list.statements.length - 1
      if (s.background) this.out += ' &'
      else if (!last || lines) {
        if (this.#docs.length > 0) {
          this.#flushDocs()
        } else if (!last || lines) this.out += ';'
      }
      if (last) return
      if (lines) this.#newline()
      else this.out += ' '
    })
  }

  /** A list with its final `;` taken away, as inside ( ) and at the end of braces. */
  #bare(list: List): void {
    const before = this.out.length
    this.list(list, true)
    if (this.out.length > before && this.out.endsWith(';') && this.#docs.length === 0) this.out = this.out.slice(0, -1)
  }

  redirects(redirects: readonly Redirection[]): void {
    for (const r of redirects) {
      const fd = r.fdVariable !== undefined ? `{${r.fdVariable}}` : r.fd === undefined ? '' : String(r.fd)
      this.out += ' '
      if (r.hereDoc) {
        this.out += `${fd}${r.operator}${r.target.text}`
        this.#docs.push(r)
      } else if (r.operator === '>&' || r.operator === '<&') {
        const implied = r.fd === undefined && r.fdVariable === undefined ? (r.operator === '>&' ? '1' : '0') : fd
        this.out += /^(\d+-?|-)$/.test(r.target.text) ? `${implied}${r.operator}${r.target.text}` : `${fd}${r.fd === undefined ? '&>' : r.operator} ${r.target.text}`
      } else this.out += `${fd}${r.operator} ${r.target.text}`
    }
  }

  simple(c: Simple): void {
    const words = [...c.assigns.map((a) => a.text), ...c.words.map((w: Word) => w.text)]
    this.out += words.join(' ')
    if (words.length === 0) {
      const before = this.out.length
      this.redirects(c.redirects)
      this.out = this.out.slice(0, before) + this.out.slice(before).replace(/^ /, '')
    } else this.redirects(c.redirects)
  }

  command(c: Command): void {
    switch (c.kind) {
      case 'simple': return this.simple(c)
      case 'pipeline': {
        if (c.time !== 'no') this.out += c.time === 'posix' ? 'time -p ' : 'time '
        if (c.negate) this.out += '! '
        c.commands.forEach((x, n) => {
          if (n > 0) this.out += c.errorsToo[n - 1] ? ' 2>&1 | ' : ' | '
          this.command(x)
        })
        return
      }
      case 'and-or':
        c.commands.forEach((x, n) => {
          if (n > 0) this.out += ` ${c.operators[n - 1]} `
          this.command(x)
        })
        return
      case 'function': return this.functionDefinition(c.name, c.body)
      case 'coproc':
        this.out += `coproc ${c.name ?? 'COPROC'} `
        return this.command(c.body)
      default: break
    }
    switch (c.kind) {
      case 'group':
        this.out += '{ '
        this.#indent += INDENT
        this.#newline()
        this.#bare(c.body)
        this.#indent -= INDENT
        this.#newline('}')
        break
      case 'subshell':
        this.out += '( '
        this.#subshellBody(c.body)
        this.out += ' )'
        break
      case 'if':
        c.branches.forEach((b, n) => {
          if (n > 0) this.#newline('else')
          if (n > 0) {
            this.#indent += INDENT
            this.#newline()
          }
          this.out += 'if '
          this.#inline(b.test)
          this.out += ' then'
          this.#block(b.body)
        })
        if (c.otherwise) {
          this.#newline('else')
          this.#block(c.otherwise)
        }
        this.#newline('fi')
        for (let n = 1; n < c.branches.length; n++) {
          this.out += ';'
          this.#indent -= INDENT
          this.#newline('fi')
        }
        break
      case 'for':
      case 'select':
        this.out += `${c.kind} ${c.name} in ${c.words ? c.words.map((w) => w.text).join(' ') : '"$@"'};`
        this.#newline('do')
        this.#block(c.body)
        this.#newline('done')
        break
      case 'arithmetic-for':
        this.out += `for ((${c.init.text === '' ? '1' : c.init.text}; ${c.test.text === '' ? '1' : c.test.text}; ${c.step.text === '' ? '1' : c.step.text}))`
        this.#newline('do')
        this.#block(c.body)
        this.#newline('done')
        break
      case 'while':
        this.out += c.until ? 'until ' : 'while '
        this.#inline(c.test)
        this.out += ' do'
        this.#block(c.body)
        this.#newline('done')
        break
      case 'case':
        this.out += `case ${c.word.text} in `
        this.#indent += INDENT
        for (const item of c.items) {
          this.#newline(`${item.patterns.map((p) => p.text).join(' | ')})`)
          this.#indent += INDENT
          if (item.body.statements.length > 0) {
            this.#newline()
            this.#bare(item.body)
          }
          this.#indent -= INDENT
          this.#newline(item.end)
        }
        this.#indent -= INDENT
        this.#newline('esac')
        break
      case 'arithmetic':
        this.out += `(( ${c.expression.text.trim()} ))`.replace('((  ', '(( ')
        break
      case 'test':
        this.out += `[[ ${testText(c.expression)} ]]`
        break
    }
    this.redirects(c.redirects)
  }

  /** A condition: statements on one line, ending in `;`. */
  #inline(list: List): void {
    this.list(list, false)
    if (!this.out.endsWith('&')) this.out += ';'
  }

  #subshellBody(list: List): void {
    list.statements.forEach((s, n) => {
      this.command(s.command)
      const last = n === list.statements.length - 1
      if (s.background) this.out += last ? ' &' : ' & '
      else if (!last) this.out += '; '
    })
  }

  functionDefinition(name: string, body: Command): void {
    this.out += this.multiline && this.out === '' ? `${name} () ` : `function ${name} () `
    this.#newline()
    if (body.kind === 'group') {
      this.out += '{ '
      this.#indent += INDENT
      this.#newline()
      this.#bare(body.body)
      this.#indent -= INDENT
      this.#newline('}')
      this.redirects(body.redirects)
    } else {
      this.out += '{ '
      this.#indent += INDENT
      this.#newline()
      this.command(body)
      this.#indent -= INDENT
      this.#newline('}')
    }
  }
}

function testText(e: TestExpression): string {
  switch (e.kind) {
    case 'unary': return `${e.operator} ${e.operand.text}`
    case 'binary': return `${e.left.text} ${e.operator} ${e.right.text}`
    case 'and': return e.operands.map(testText).join(' && ')
    case 'or': return e.operands.map(testText).join(' || ')
    case 'not': return `! ${testText(e.operand)}`
    case 'parens': return `( ${testText(e.operand)} )`
  }
}

/** A command as job lists show it. */
export function commandText(c: Command): string {
  const p = new Printer(false)
  p.command(c)
  return p.finish()
}

/** A function as `type` and `declare -f` show it; `env` is the form of exported functions. */
export function functionText(f: ShellFunction, env = false): string {
  const p = new Printer(true)
  p.functionDefinition(f.name, f.body)
  const text = p.finish()
  return env ? text.replace(/^.*?\n/s, '() ') .replace(/^\(\) \{ *\n/, '() { ') : text
}
