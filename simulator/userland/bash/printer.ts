// Prints commands as bash does (print_cmd.c): for jobs on one line, for `type` and `declare -f` over several.
import type { Command, List, Redirection, Simple, TestExpression, Word } from './ast.ts'
import { ansiUnescape } from './ansi.ts'
import type { ShellFunction } from './state.ts'

/** `$'…'` is printed as the text it stands for, in single quotes; `$"…"` loses its dollar. */
const wordText = (w: Word): string => (/\$['"]/.test(w.text) ? plainQuotes(w.text) : w.text)

function plainQuotes(text: string): string {
  return text.replace(/\$'((?:[^'\\]|\\[\s\S])*)'|'[^']*'|\\[\s\S]|\$(?=")/g, (whole, inner: string | undefined) =>
    inner !== undefined ? `'${ansiUnescape(inner).text.replaceAll("'", "'\\''")}'` : whole === '$' ? '' : whole)
}

class Printer {
  out = ''
  #indent = 0
  #amount = 4
  /** Functions around the current command: inside one, newlines separate commands, outside `; `. */
  #functions = 0
  /** Here-documents wait for the end of the line. */
  #docs: Redirection[] = []
  #wasDoc = false

  #newline(text = ''): void {
    this.out += `\n${' '.repeat(this.#indent)}${text}`
  }

  #semicolon(): void {
    if (!/[&\n]$/.test(this.out)) this.out += ';'
  }

  #flushDocs(): void {
    if (this.#docs.length === 0) return
    for (const d of this.#docs) this.out += `\n${d.hereDoc?.text ?? ''}${d.hereDoc?.delimiter ?? ''}`
    this.out += '\n'
    this.#docs = []
    this.#wasDoc = true
  }

  finish(): string {
    this.#flushDocs()
    return this.out
  }

  list(list: List): void {
    list.statements.forEach((s, n) => {
      this.command(s.command)
      const last = n === list.statements.length - 1
      if (s.background) {
        this.out += last ? ' &' : ' & '
        return
      }
      if (last) return
      if (this.#docs.length > 0) this.#flushDocs()
      else if (this.#wasDoc) this.#wasDoc = false
      else this.out += ';'
      if (this.#functions > 0) this.#newline()
      else this.out += ' '
    })
  }

  /** The body of a loop or branch, indented on lines of its own, with a final semicolon. */
  #block(list: List): void {
    this.#indent += this.#amount
    this.#newline()
    this.list(list)
    this.#flushDocs()
    this.#indent -= this.#amount
  }

  redirects(redirects: readonly Redirection[]): void {
    for (const r of redirects) {
      const fd = r.fdVariable !== undefined ? `{${r.fdVariable}}` : r.fd === undefined ? '' : String(r.fd)
      const target = wordText(r.target)
      this.out += ' '
      if (r.hereDoc) {
        this.out += `${fd}${r.operator}${target}`
        this.#docs.push(r)
      } else if (r.operator === '>&' || r.operator === '<&') {
        const number = fd !== '' ? fd : r.operator === '>&' ? '1' : '0'
        if (target === '-') this.out += `${number}>&-`
        else if (/^\d+-?$/.test(target)) this.out += `${number}${r.operator}${target}`
        else this.out += fd === '' ? `&> ${target}` : `${fd}${r.operator}${target}`
      } else this.out += `${fd}${r.operator} ${target}`
    }
  }

  #simple(c: Simple): void {
    const words = [...c.assigns.map((a) => plainQuotes(a.text)), ...c.words.map(wordText)]
    this.out += words.join(' ')
    const before = this.out.length
    this.redirects(c.redirects)
    if (words.length === 0) this.out = this.out.slice(0, before) + this.out.slice(before).replace(/^ /, '')
  }

  command(c: Command): void {
    switch (c.kind) {
      case 'simple': return this.#simple(c)
      case 'pipeline': return this.#pipeline(c)
      case 'and-or':
        c.commands.forEach((x, n) => {
          if (n > 0) this.out += ` ${c.operators[n - 1]} `
          this.command(x)
        })
        return
      case 'function': return this.functionDefinition(`function ${c.name}`, c.body)
      case 'coproc':
        this.out += `coproc ${c.name ?? 'COPROC'} `
        return this.command(c.body)
      default:
        this.#compound(c)
        this.redirects(c.redirects)
    }
  }

  #pipeline(c: Extract<Command, { kind: 'pipeline' }>): void {
    if (c.time !== 'no') this.out += c.time === 'posix' ? 'time -p ' : 'time '
    if (c.negate) this.out += '! '
    c.commands.forEach((x, n) => {
      if (n > 0) {
        this.out += c.errorsToo[n - 1] ? ' 2>&1 |' : ' |'
        if (this.#docs.length > 0) {
          this.#flushDocs()
          this.out += '  '
        } else this.out += ' '
      }
      this.command(x)
    })
  }

  #compound(c: Exclude<Command, { kind: 'simple' | 'pipeline' | 'and-or' | 'function' | 'coproc' }>): void {
    switch (c.kind) {
      case 'group':
        this.out += '{ '
        if (this.#functions > 0) {
          this.#block(c.body)
          this.#newline('}')
        } else {
          this.list(c.body)
          this.#flushDocs()
          this.#semicolon()
          this.out += ' }'
        }
        break
      case 'subshell':
        this.out += '( '
        this.list(c.body)
        this.#flushDocs()
        this.out += ' )'
        break
      case 'if': return this.#if(c.branches, c.otherwise)
      case 'for':
      case 'select':
        this.out += `${c.kind} ${c.name} in ${c.words ? c.words.map(wordText).join(' ') : '"$@"'};`
        return this.#loopBody(c.body)
      case 'arithmetic-for':
        this.out += `for ((${c.init.text === '' ? '1' : c.init.text}; ${c.test.text === '' ? '1' : c.test.text}; ${c.step.text === '' ? '1' : c.step.text}))`
        return this.#loopBody(c.body)
      case 'while':
        this.out += c.until ? 'until ' : 'while '
        this.list(c.test)
        this.#flushDocs()
        this.#semicolon()
        this.out += ' do'
        this.#block(c.body)
        this.#semicolon()
        this.#newline('done')
        break
      case 'case': return this.#case(c)
      case 'arithmetic':
        this.out += `((${c.expression.text}))`
        break
      case 'test':
        this.out += `[[ ${testText(c.expression)} ]]`
        break
    }
  }

  #loopBody(body: List): void {
    this.#newline('do')
    this.#block(body)
    this.#semicolon()
    this.#newline('done')
  }

  #if(branches: readonly { readonly test: List; readonly body: List }[], otherwise: List | undefined): void {
    const [first, ...rest] = branches
    this.out += 'if '
    this.list(first.test)
    this.#flushDocs()
    this.#semicolon()
    this.out += ' then'
    this.#block(first.body)
    this.#semicolon()
    if (rest.length > 0 || otherwise) {
      this.#newline('else')
      if (rest.length > 0) {
        this.#indent += this.#amount
        this.#newline()
        this.#if(rest, otherwise)
        this.#indent -= this.#amount
      } else if (otherwise) this.#block(otherwise)
      this.#semicolon()
    }
    this.#newline('fi')
  }

  #case(c: Extract<Command, { kind: 'case' }>): void {
    this.out += `case ${wordText(c.word)} in `
    this.#indent += this.#amount
    for (const item of c.items) {
      this.#newline(`${item.patterns.map(wordText).join(' | ')})\n`)
      this.#indent += this.#amount
      if (item.body.statements.length > 0) {
        this.out += ' '.repeat(this.#indent)
        this.list(item.body)
        this.#flushDocs()
      }
      this.#indent -= this.#amount
      this.#newline(item.end)
    }
    this.#indent -= this.#amount
    this.#newline('esac')
  }

  /** named_function_string without the name and without indentation by columns: `() {  …`. */
  exported(body: Command): void {
    this.out = '() { '
    this.#functions++
    this.#indent = 1
    this.#amount = 0
    this.out += ' '
    if (body.kind === 'group') this.list(body.body)
    else this.command(body)
    this.#flushDocs()
    this.#indent = 0
    this.#newline('}')
    if (body.kind === 'group') this.redirects(body.redirects)
  }

  functionDefinition(head: string, body: Command): void {
    this.out += `${head} () `
    this.#newline('{ ')
    this.#functions++
    this.#indent += this.#amount
    this.#newline()
    if (body.kind === 'group') this.list(body.body)
    else this.command(body)
    this.#flushDocs()
    this.#indent -= this.#amount
    this.#functions--
    this.#newline('}')
    if (body.kind === 'group') this.redirects(body.redirects)
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

/** The head of a loop or case command, which is what BASH_COMMAND shows of it. */
export function headText(c: Extract<Command, { kind: 'for' | 'select' | 'case' }>): string {
  if (c.kind === 'case') return `case ${wordText(c.word)} in `
  return `${c.kind} ${c.name} in ${c.words ? c.words.map(wordText).join(' ') : '"$@"'}`
}

/** A command as job lists show it. */
export function commandText(c: Command): string {
  const p = new Printer()
  p.command(c)
  return p.finish()
}

/** A function as `type` and `declare -f` show it; `env` is the form of exported functions. */
export function functionText(f: ShellFunction, env = false): string {
  const p = new Printer()
  if (!env) p.functionDefinition(f.name, f.body)
  else p.exported(f.body)
  return p.finish()
}
