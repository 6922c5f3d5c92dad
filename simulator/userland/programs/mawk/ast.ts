// The syntax tree of an AWK program.

export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string; readonly local?: number }
  | { readonly kind: 'field'; readonly index: Expr }
  | { readonly kind: 'element'; readonly array: ArrayName; readonly subscripts: readonly Expr[] }
  | { readonly kind: 'in'; readonly array: ArrayName; readonly subscripts: readonly Expr[] }
  | { readonly kind: 'assign'; readonly op: string; readonly target: Lvalue; readonly value: Expr }
  | { readonly kind: 'step'; readonly delta: 1 | -1; readonly prefix: boolean; readonly target: Lvalue }
  | { readonly kind: 'conditional'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'logical'; readonly op: '&&' | '||'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'unary'; readonly op: '!' | '-' | '+'; readonly operand: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'match'; readonly negated: boolean; readonly text: Expr; readonly pattern: Expr }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly line: number }
  | { readonly kind: 'getline'; readonly from: 'main' | 'file' | 'command'; readonly source?: Expr; readonly target?: Lvalue }
  | { readonly kind: 'group'; readonly items: readonly Expr[] }

export type Lvalue = Extract<Expr, { readonly kind: 'variable' | 'field' | 'element' }>
export interface ArrayName {
  readonly name: string
  readonly local?: number
}

export interface Redirect {
  readonly kind: '>' | '>>' | '|'
  readonly target: Expr
}

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly value: Expr }
  | { readonly kind: 'print'; readonly args: readonly Expr[]; readonly redirect?: Redirect }
  | { readonly kind: 'printf'; readonly args: readonly Expr[]; readonly redirect?: Redirect }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Statement; readonly no?: Statement }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: Statement }
  | { readonly kind: 'do'; readonly test: Expr; readonly body: Statement }
  | { readonly kind: 'for'; readonly init?: Statement; readonly test?: Expr; readonly step?: Statement; readonly body: Statement }
  | { readonly kind: 'forin'; readonly target: Lvalue; readonly array: ArrayName; readonly body: Statement }
  | { readonly kind: 'delete'; readonly array: ArrayName; readonly subscripts?: readonly Expr[] }
  | { readonly kind: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly kind: 'exit' | 'return'; readonly value?: Expr }

export type Rule =
  | { readonly pattern: 'begin' | 'end'; readonly body: Statement }
  | { readonly pattern: 'always'; readonly body: Statement }
  | { readonly pattern: 'test'; readonly test: Expr; readonly body?: Statement }
  | { readonly pattern: 'range'; readonly from: Expr; readonly to: Expr; readonly body?: Statement }

export interface AwkFunction {
  readonly params: readonly string[]
  readonly body: Statement
}

export interface AwkProgram {
  readonly rules: readonly Rule[]
  readonly functions: ReadonlyMap<string, AwkFunction>
}

/** A program that does not compile; the message stands after `awk: `. */
export class AwkSyntaxError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
