// The instructions Python source is compiled to. A machine with its stacks as data can be copied, which is what os.fork needs.

export interface Instruction {
  readonly op: Op
  readonly arg?: number | string | boolean | readonly string[] | Constant | Code
  readonly line: number
  /** Columns of the expression, for the marks in a traceback. */
  readonly from: number
  readonly to: number
}
export interface Constant {
  readonly value: bigint | number | string | boolean | null | Uint8Array
}
export interface Code {
  readonly name: string
  readonly parameters: readonly string[]
  /** How many of the last parameters have a default, taken from the stack when the function is made. */
  readonly defaults: number
  readonly globals: ReadonlySet<string>
  readonly locals: ReadonlySet<string>
  readonly body: readonly Instruction[]
}
export type Op =
  | 'const' | 'load' | 'store' | 'delete' | 'attribute' | 'store-attribute' | 'index' | 'store-index' | 'delete-index' | 'slice' | 'unary' | 'binary' | 'compare' | 'list' | 'tuple' | 'dict'
  | 'set' | 'call' | 'jump' | 'jump-if-false' | 'jump-if-true' | 'jump-if-false-keep' | 'jump-if-true-keep' | 'pop' | 'dup' | 'rotate' | 'iterate' | 'next' | 'unpack' | 'function' | 'return'
  | 'import' | 'import-from' | 'try' | 'end-try' | 'match' | 'clear-exception' | 'raise' | 'reraise' | 'format' | 'join' | 'append' | 'enter' | 'leave'
