// The parts of a C program that this compiler knows.

/** `base` is void, char, int, long, … or `struct NAME`; `pointers` counts stars. */
export interface CType {
  readonly base: string
  readonly pointers: number
}
export interface Initializer {
  readonly field?: string
  readonly index?: Expr
  readonly value: Expr
}
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | { readonly kind: 'call'; readonly callee: Expr; readonly args: readonly Expr[]; readonly line: number }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | '!' | '~' | '*' | '&' | '++' | '--'; readonly e: Expr }
  | { readonly kind: 'postfix'; readonly op: '++' | '--'; readonly e: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly l: Expr; readonly r: Expr }
  | { readonly kind: 'assign'; readonly op: string; readonly l: Expr; readonly r: Expr }
  | { readonly kind: 'condition'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'index'; readonly e: Expr; readonly at: Expr }
  | { readonly kind: 'member'; readonly e: Expr; readonly name: string; readonly arrow: boolean }
  | { readonly kind: 'cast'; readonly type: CType; readonly e: Expr }
  | { readonly kind: 'sizeof-type'; readonly type: CType; readonly count: Expr | undefined }
  | { readonly kind: 'sizeof'; readonly e: Expr }
  | { readonly kind: 'list'; readonly type: CType | undefined; readonly isArray: boolean; readonly items: readonly Initializer[] }

export interface Declarator {
  readonly name: string
  readonly type: CType
  /** Undefined for no array; the length may be left to the initializer. */
  readonly array: { readonly length: Expr | undefined } | undefined
  readonly init: Expr | undefined
}
export type Statement =
  | { readonly kind: 'expression'; readonly e: Expr }
  | { readonly kind: 'declare'; readonly declarators: readonly Declarator[] }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: Statement; readonly first: boolean }
  | { readonly kind: 'for'; readonly init: Statement | undefined; readonly test: Expr | undefined; readonly step: Expr | undefined; readonly body: Statement }
  | { readonly kind: 'switch'; readonly e: Expr; readonly cases: readonly { readonly value: Expr | undefined; readonly body: readonly Statement[] }[] }
  | { readonly kind: 'return'; readonly e: Expr | undefined }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

export interface CFunction {
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: Statement
}
export interface CProgram {
  readonly functions: readonly CFunction[]
  readonly globals: readonly Declarator[]
  readonly structs: ReadonlyMap<string, readonly Declarator[]>
}
