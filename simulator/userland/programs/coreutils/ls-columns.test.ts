import { describe, expect, it } from 'vitest'
import { columnLines, commaText, indent } from './ls-columns.ts'

const cells = (names: readonly string[]) => names.map((text) => ({ text, width: text.length }))

describe('names in columns', () => {
  it('fill the columns downwards, gaps made of tabs where a stop lies in them', () => {
    expect(columnLines(cells(['aaa', 'b', 'cc', 'dddddddd', 'e']), 20, true, 8)).toEqual(['aaa  cc        e', 'b    dddddddd'])
  })
  it('fill the rows with -x', () => {
    expect(columnLines(cells(['a', 'b', 'c', 'd']), 10, false, 0)).toEqual(['a  b  c', 'd'])
  })
  it('one column if nothing else fits', () => {
    expect(columnLines(cells(['a-long-name', 'another-one']), 12, true, 8)).toEqual(['a-long-name', 'another-one'])
  })
  it('a tab is used only if it saves more than one cell', () => {
    expect(indent(5, 16, 8)).toBe('\t\t')
    expect(indent(7, 8, 8)).toBe(' ')
  })
  it('commas wrap at the width', () => {
    expect(commaText(cells(['aa', 'bb', 'cc']), 8)).toBe('aa, bb,\ncc\n')
  })
})
