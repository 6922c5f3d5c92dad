// What Python 3.11 prints of an exception that nobody caught.
import { itemsOf, messageOf, type PyRaise, str } from './py-values.ts'

/** `lines`: the script's source; programs given by -c have none to show. */
export function traceback({ value }: PyRaise, file: string, lines: readonly string[] | undefined): string {
  const trace = value.attributes.get('__trace__')
  const frames = typeof trace === 'object' && trace?.kind === 'list' ? trace.items : []
  const places = frames.map((f) => {
    const [name, line, from, to] = itemsOf(f)
    return `  File "${file}", line ${String(line)}, in ${str(name)}\n${sourceLine(lines?.[Number(line) - 1], Number(from), Number(to))}`
  })
  const message = messageOf(value)
  return `Traceback (most recent call last):\n${places.join('')}${value.type}${message === '' ? '' : `: ${message}`}\n`
}

/** A line with marks below the expression, unless it is all of the line. */
function sourceLine(text: string | undefined, from: number, to: number): string {
  if (text === undefined) return ''
  const indent = text.length - text.trimStart().length
  const shown = `    ${text.trim()}\n`
  if (from <= indent && to >= text.trimEnd().length) return shown
  return `${shown}    ${' '.repeat(from - indent)}${'^'.repeat(Math.max(1, to - from))}\n`
}
