import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatYaml } from './yaml-format.ts'
import { isYamlList, isYamlMap, parseYaml, type YamlValue } from './yaml.ts'

const plain = (value: YamlValue): unknown => (isYamlMap(value) ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)])) : isYamlList(value) ? value.map(plain) : value)
const read = (text: string): unknown => plain(parseYaml(text))
const complaint = (text: string): string => {
  try {
    parseYaml(text)
    return ''
  } catch (error) {
    return (error as { message: string }).message
  }
}

describe('a document is read', () => {
  test.each<[string, string, unknown]>([
    ['mappings in mappings', 'a:\n  b: 1\n  c:\n    d: x y\ne: ~\n', { a: { b: 1, c: { d: 'x y' } }, e: null }],
    ['lists, also at the column of their key', 'a:\n- x\n- y: 1\n  z: 2\nb:\n  - - 1\n    - 2\n  -\n', { a: ['x', { y: 1, z: 2 }], b: [[1, 2], null] }],
    ['flow collections over several lines', 'a: [1, "two", {b: c, d}, \'it\'\'s\']\nf: {\n  x: [ ],\n  y: {},\n}\n', { a: [1, 'two', { b: 'c', d: null }, 'it\'s'], f: { x: [], y: {} } }],
    ['comments and empty lines', '# head\n\na: 1 # one\nb: "#no" # yes\nc: x#y\n', { a: 1, b: '#no', c: 'x#y' }],
    ['what plain scalars mean', 'a: [0x1F, 0o17, 017, 1_000, 1.5, 1e3, true, no, Null, 1.2.3, 12:30, -.inf]\n', { a: [31, 15, 15, 1000, 1.5, 1000, true, 'no', null, '1.2.3', '12:30', -Infinity] }],
    ['ports and URLs as text', 'a:\n  - 8080:80\n  - http://x/y\n', { a: ['8080:80', 'http://x/y'] }],
    ['literal text', 'a: |\n  one\n    two\n\n  three\nb: |-\n  x\nc: |+\n  y\n\n', { a: 'one\n  two\n\nthree\n', b: 'x', c: 'y\n\n' }],
    ['folded text', 'a: >\n  one\n  two\n\n  three\n   four\n  five\nb: >-\n  x\n', { a: 'one two\nthree\n four\nfive\n', b: 'x' }],
    ['plain text over lines', 'a: one\n  two\n\n  three\nb: x\n', { a: 'one two\nthree', b: 'x' }],
    ['escapes', 'a: "x\\ty\\u00e9\\\n  z"\n', { a: 'x\tyéz' }],
    ['anchors, aliases and merge keys', 'x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\nz: [*x]\nw: &l [1]\nv: *l\n', { x: { a: 1, b: 2 }, y: { b: 3, a: 1 }, z: [{ a: 1, b: 2 }], w: [1], v: [1] }],
    ['keys in quotes and with blanks', '"a b": 1\n\'c\': 2\nd e: 3\n', { 'a b': 1, c: 2, 'd e': 3 }],
    ['a scalar alone', 'hello world\n', 'hello world'],
    ['nothing', '# only this\n', null],
    ['a marked start', '---\na: 1\n...\n', { a: 1 }],
  ])('%s', (_, text, value) => {
    expect(read(text)).toEqual(value)
  })
})

describe('what is no YAML is told with its line', () => {
  test.each([
    ['a tab that indents', 'a:\n\tb: 1\n', 'yaml: line 2: found character that cannot start any token'],
    ['two colons', 'a:\n  b: c: d\n', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a key without a colon', 'a:\n  b: 1\n  c\n  d: 2\n', 'yaml: line 3: could not find expected \':\''],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'yaml: unmarshal errors:\n  line 3: mapping key "a" already defined at line 1'],
    ['an alias of nothing', 'a: *b\n', 'yaml: unknown anchor \'b\' referenced'],
    ['a list that never ends', 'a: [1, 2\n', 'yaml: line 1: did not find expected \',\' or \']\''],
    ['tags', 'a: !!str 1\n', 'yaml: line 1: tags are real, but not simulated here'],
  ])('%s', (_, text, message) => {
    expect(complaint(text)).toBe(message)
  })
})

describe('what is written reads as what it was', () => {
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.string(), fc.string({ unit: fc.constantFrom(...'ab:#- \n\'"[]{}&*!|>%@,?~0x1.\t') }),
      fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value
  const toYaml = (v: unknown): YamlValue => (Array.isArray(v) ? v.map(toYaml) : v !== null && typeof v === 'object' ? new Map(Object.entries(v).map(([k, i]) => [k, toYaml(i)])) : (v as YamlValue))
  const noZero = (v: unknown): unknown => JSON.parse(JSON.stringify(v)) as unknown
  test('for every value', () => {
    fc.assert(fc.property(value, (v) => {
      expect(noZero(plain(parseYaml(formatYaml(toYaml(v)))))).toEqual(noZero(v))
    }), { numRuns: 500 })
  })
  test('no text stops the parser but with a message', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'ab:#- \n\'"[]{}&*|>,\t'), maxLength: 60 }), (text) => {
      complaint(text)
    }), { numRuns: 2000 })
  })
  test('as Go writes it', () => {
    expect(formatYaml(toYaml({ a: '8080', b: ['x', { c: 1, d: [] }], e: {}, f: 'yes', g: 'a: b', h: 'x\ny\n', i: '' }))).toBe('a: "8080"\nb:\n  - x\n  - c: 1\n    d: []\ne: {}\nf: "yes"\ng: \'a: b\'\nh: |\n  x\n  y\ni: ""\n')
  })
})
