import { expect, test } from 'vitest'
import { FibTrie, type Leaf, type Node } from './fib-trie.ts'

const keys = (at: Leaf<number> | Node<number> | undefined): readonly number[] => (at === undefined ? [] : at.kind === 'leaf' ? [at.key] : at.children.flatMap(keys))

test('a trie keeps every key, in order, whatever came first', () => {
  const trie = new FibTrie<number>()
  const all = Array.from({ length: 500 }, (_, i) => Math.imul(i + 1, 2654435761) >>> (i % 9)).map((n) => n >>> 0)
  for (const key of all) trie.insert(key, key)
  expect(keys(trie.root)).toEqual([...new Set(all)].toSorted((a, b) => a - b))
})
