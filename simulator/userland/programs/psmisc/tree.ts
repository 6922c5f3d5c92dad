// The process tree of pstree(1) and how it is drawn: psmisc's dump_tree.
import { textWidth } from '../../../lib/width.ts'

export interface Node {
  readonly pid: number
  readonly ppid: number
  readonly pgid: number
  readonly uid: number
  readonly comm: string
  readonly args: readonly string[]
  /** names of the namespaces in which it differs from its parent */
  readonly changedNamespaces: readonly string[]
  children: Node[]
}

export interface Drawing {
  readonly args: boolean
  readonly pids: boolean
  readonly pgids: boolean
  readonly uids: boolean
  readonly namespaces: boolean
  readonly compact: boolean
  /** Infinity: never cut */
  readonly width: number
  readonly style: 'ascii' | 'utf8' | 'vt100'
  readonly userName: (uid: number) => string
}

interface Symbols {
  readonly empty: string
  readonly branch: string
  readonly vertical: string
  readonly last: string
  readonly single: string
  readonly first: string
}
const ASCII: Symbols = { empty: '  ', branch: '|-', vertical: '| ', last: '`-', single: '---', first: '-+-' }
const UTF8: Symbols = { empty: '  ', branch: '├─', vertical: '│ ', last: '└─', single: '───', first: '─┬─' }
const vt = (text: string): string => `\x1b(0\x0f${text}\x1b(B`
const VT100: Symbols = { empty: '  ', branch: vt('tq'), vertical: `${vt('x')} `, last: vt('mq'), single: vt('qqq'), first: vt('qwq') }

export function drawTree(root: Node, d: Drawing): string[] {
  return new Drawer(d).draw(root)
}

class Drawer {
  readonly #d: Drawing
  readonly #symbols: Symbols
  readonly #lines: string[] = []
  #line = ''
  #column = 0
  readonly #widths: number[] = []
  readonly #more: boolean[] = []

  constructor(d: Drawing) {
    this.#d = d
    this.#symbols = d.style === 'utf8' ? UTF8 : d.style === 'vt100' ? VT100 : ASCII
  }

  draw(root: Node): string[] {
    this.#node(root, 0, 1, true, true, 0, 0)
    return this.#lines
  }

  /** Text beyond the width is lost; its end shows a plus sign. */
  #put(text: string, width = textWidth(text)): void {
    const room = this.#d.width - this.#column
    if (width <= room) this.#line += text
    else if (room > 0) {
      this.#line += `${[...text].slice(0, Math.max(0, room - (this.#d.args ? 0 : 1))).join('')}${this.#d.args ? '' : '+'}`
    }
    this.#column += width
  }

  #symbol(text: string): void {
    this.#put(text, text.startsWith('\x1b') ? text.replace(/\x1b\([0B]/g, '').length : textWidth(text))
  }

  #newline(): void {
    this.#lines.push(this.#line)
    this.#line = ''
    this.#column = 0
  }

  #node(node: Node, level: number, count: number, leaf: boolean, last: boolean, parentUid: number, closing: number): void {
    const d = this.#d
    if (!leaf) this.#indent(level, last)
    let extra = 0
    if (count > 1) {
      this.#put(`${count}*[`)
      extra = String(count).length + 2
    }
    const before = this.#column
    this.#put(node.comm)
    const details: string[] = []
    if (d.pids) details.push(String(node.pid))
    if (d.pgids) details.push(String(node.pgid))
    if (d.uids && node.uid !== parentUid) details.push(d.userName(node.uid))
    if (d.namespaces) details.push(...node.changedNamespaces)
    if (details.length > 0) this.#put(d.args ? details.map((t) => `,${t}`).join('') : `(${details.join(',')})`)
    if (d.args) this.#arguments(node)
    if (d.args || node.children.length === 0) {
      this.#put(']'.repeat(closing))
      this.#newline()
    }
    this.#more[level] = !last
    if (d.args) {
      this.#widths[level] = node.comm.length > 1 ? 1 : 0
      node.children.forEach((child, i) => this.#node(child, level + 1, 1, false, i === node.children.length - 1, node.uid, closing))
      return
    }
    this.#widths[level] = this.#column - before + extra
    const groups = this.#groups(node.children)
    groups.forEach(({ child, count: n }, i) => {
      const isLast = i === groups.length - 1
      if (i === 0) this.#symbol(isLast ? this.#symbols.single : this.#symbols.first)
      this.#node(child, level + 1, n, i === 0, isLast, node.uid, closing + (n > 1 ? 1 : 0))
    })
  }

  #indent(level: number, last: boolean): void {
    for (let k = 0; k < level; k++) {
      this.#put(' '.repeat(this.#widths[k] + 1))
      this.#symbol(k === level - 1 ? (last ? this.#symbols.last : this.#symbols.branch) : this.#more[k + 1] ? this.#symbols.vertical : this.#symbols.empty)
    }
  }

  #arguments(node: Node): void {
    for (const [i, arg] of node.args.entries()) {
      const length = Array.from(arg, (c) => (c > ' ' && c <= '~' ? 1 : 4)).reduce((a, b) => a + b, 0)
      const lastOne = i === node.args.length - 1
      if (this.#column + arg.length + 1 > this.#d.width - (lastOne ? 0 : 4) && length > 0) {
        this.#put('...')
        return
      }
      this.#put(` ${arg}`)
    }
  }

  /** Equal subtrees become one with a count. */
  #groups(children: readonly Node[]): { child: Node; count: number }[] {
    if (!this.#d.compact) return children.map((child) => ({ child, count: 1 }))
    const out: { child: Node; count: number }[] = []
    for (const child of children) {
      const same = out.find((g) => equal(g.child, child, this.#d))
      if (same === undefined) out.push({ child, count: 1 })
      else same.count++
    }
    return out
  }
}

function equal(a: Node, b: Node, d: Drawing): boolean {
  if (a.comm !== b.comm || (d.uids && a.uid !== b.uid) || a.children.length !== b.children.length) return false
  if (d.namespaces && a.changedNamespaces.join() !== b.changedNamespaces.join()) return false
  return a.children.every((child, i) => equal(child, b.children[i], d))
}
