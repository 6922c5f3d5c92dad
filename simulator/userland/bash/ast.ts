// The shell's own syntax tree: what syntax.ts makes of the parser's, with words compiled for expansion. Plain data; lines are absolute.

export interface Word {
  /** As written, for printing. */
  readonly text: string
  /** The whole value when nothing in the word is to be expanded, split or globbed. */
  readonly literal: string | undefined
  readonly parts: readonly Part[]
  /** What brace expansion makes of it. */
  readonly braces: readonly Word[] | undefined
  /** An assignment as the argument of declare, export, local and the like. */
  readonly assign: Assign | undefined
}

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'double'; readonly parts: readonly Part[] }
  | { readonly kind: 'tilde'; readonly user: string }
  | { readonly kind: 'param'; readonly param: Param }
  | { readonly kind: 'command'; readonly body: () => List; readonly line: number }
  | { readonly kind: 'arith'; readonly expression: Word }
  | { readonly kind: 'process'; readonly operator: '<' | '>'; readonly body: () => List; readonly text: string }

export interface Param {
  /** As written, with ${ }. */
  readonly text: string
  readonly name: string
  /** Subscript as written, `@` and `*` included. */
  readonly index: Word | undefined
  /** `#` length, `!` indirection */
  readonly prefix: '' | '#' | '!'
  /** `:-` `-` `:=` … `#` `##` `%` `%%` `/` `//` `/#` `/%` `:` `^` `^^` `,` `,,` `@`; `names@` and `names*` for ${!prefix@}; `bad` for a bad substitution */
  readonly operator: string
  readonly operand: Word | undefined
  readonly operand2: Word | undefined
}

export interface Assign {
  readonly name: string
  readonly index: Word | undefined
  readonly append: boolean
  readonly value: Word | undefined
  readonly elements: readonly ArrayElement[] | undefined
  /** As written. */
  readonly text: string
}
export interface ArrayElement {
  readonly key: Word | undefined
  readonly append: boolean
  readonly value: Word
}

export interface Redirection {
  readonly operator: '>' | '>>' | '<' | '<>' | '<&' | '>&' | '>|' | '&>' | '&>>' | '<<' | '<<-' | '<<<'
  readonly fd: number | undefined
  readonly fdVariable: string | undefined
  readonly target: Word
  readonly hereDoc: { readonly delimiter: string; readonly body: Word; readonly text: string } | undefined
}

export interface Simple {
  readonly kind: 'simple'
  readonly line: number
  readonly assigns: readonly Assign[]
  readonly words: readonly Word[]
  readonly redirects: readonly Redirection[]
}
export interface Pipeline {
  readonly kind: 'pipeline'
  readonly line: number
  readonly negate: boolean
  readonly time: 'no' | 'bash' | 'posix'
  readonly commands: readonly Command[]
  /** true where `|&` follows the command */
  readonly errorsToo: readonly boolean[]
}
export interface AndOr {
  readonly kind: 'and-or'
  readonly line: number
  readonly commands: readonly Command[]
  readonly operators: readonly ('&&' | '||')[]
}
interface Compound {
  readonly line: number
  readonly redirects: readonly Redirection[]
}
export interface Group extends Compound { readonly kind: 'group'; readonly body: List }
export interface Subshell extends Compound { readonly kind: 'subshell'; readonly body: List }
export interface If extends Compound {
  readonly kind: 'if'
  readonly branches: readonly { readonly test: List; readonly body: List }[]
  readonly otherwise: List | undefined
}
export interface For extends Compound {
  readonly kind: 'for' | 'select'
  readonly name: string
  readonly words: readonly Word[] | undefined
  readonly body: List
}
export interface ArithmeticFor extends Compound {
  readonly kind: 'arithmetic-for'
  readonly init: Word
  readonly test: Word
  readonly step: Word
  readonly body: List
}
export interface While extends Compound {
  readonly kind: 'while'
  readonly until: boolean
  readonly test: List
  readonly body: List
}
export interface Case extends Compound {
  readonly kind: 'case'
  readonly word: Word
  readonly items: readonly { readonly patterns: readonly Word[]; readonly body: List; readonly end: ';;' | ';&' | ';;&' }[]
}
export interface FunctionDefinition { readonly kind: 'function'; readonly line: number; readonly name: string; readonly body: Command }
export interface Test extends Compound { readonly kind: 'test'; readonly expression: TestExpression }
export interface Arithmetic extends Compound { readonly kind: 'arithmetic'; readonly expression: Word }
export interface Coproc { readonly kind: 'coproc'; readonly line: number; readonly name: string | undefined; readonly body: Command }

export type TestExpression =
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly TestExpression[] }
  | { readonly kind: 'not'; readonly operand: TestExpression }
  | { readonly kind: 'parens'; readonly operand: TestExpression }

export type Command =
  | Simple | Pipeline | AndOr | Group | Subshell | If | For | ArithmeticFor | While | Case | FunctionDefinition | Test | Arithmetic | Coproc

export interface Statement {
  readonly command: Command
  readonly background: boolean
}
export interface List {
  readonly statements: readonly Statement[]
}
