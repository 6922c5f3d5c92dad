// The level-compressed trie in which Linux keeps IPv4 routes (net/ipv4/fib_trie.c; Nilsson and Karlsson 1999), for /proc/net/fib_trie. Here it is built anew from the
// table whenever somebody looks, since routing doesn't use it; of tries that grew in another order the kernel's may be a little larger.
export interface Leaf<T> { readonly kind: 'leaf'; readonly key: number; readonly values: T[] }
export interface Node<T> {
  readonly kind: 'node'
  readonly key: number
  readonly pos: number
  readonly bits: number
  readonly children: (Leaf<T> | Node<T> | undefined)[]
}
type Child<T> = Leaf<T> | Node<T> | undefined

const KEY_LENGTH = 32
/** Percent: a node doubles above the first and halves below the second; the root is kept larger. */
const INFLATE = 50, INFLATE_ROOT = 30, HALVE = 25, HALVE_ROOT = 15
const MAX_WORK = 10

const newNode = <T>(key: number, pos: number, bits: number): Node<T> => {
  const shift = pos + bits
  return { kind: 'node', key: shift < KEY_LENGTH ? ((key >>> shift) << shift) >>> 0 : 0, pos, bits, children: Array<Child<T>>(2 ** bits).fill(undefined) }
}
const indexIn = (key: number, node: Node<unknown>): number => Math.floor(((key ^ node.key) >>> 0) / 2 ** node.pos)
/** tnode_full: a node right below, with no skipped bits. */
const isFull = <T>(parent: Node<T>, child: Child<T>): child is Node<T> => child?.kind === 'node' && child.pos + child.bits === parent.pos
const used = (node: Node<unknown>): number => node.children.filter((c) => c !== undefined).length
export const fullChildren = <T>(node: Node<T>): number => node.children.filter((c) => isFull(node, c)).length
export const emptyChildren = (node: Node<unknown>): number => node.children.length - used(node)

function shouldInflate(node: Node<unknown>, isRoot: boolean): boolean {
  const weight = used(node) + fullChildren(node)
  return weight > 1 && node.pos > 0 && 50 * weight >= node.children.length * (isRoot ? INFLATE_ROOT : INFLATE)
}
const shouldHalve = (node: Node<unknown>, isRoot: boolean): boolean =>
  used(node) > 1 && node.bits > 1 && 100 * used(node) < node.children.length * (isRoot ? HALVE_ROOT : HALVE)

function inflate<T>(old: Node<T>): Node<T> {
  const node = newNode<T>(old.key, old.pos - 1, old.bits + 1)
  for (const [i, child] of old.children.entries()) {
    if (child === undefined) continue
    if (!isFull(old, child)) {
      node.children[indexIn(child.key, node)] = child
      continue
    }
    if (child.bits === 1) {
      node.children[2 * i] = child.children[0]
      node.children[2 * i + 1] = child.children[1]
      continue
    }
    const half = child.children.length / 2
    const low = newNode<T>(child.key, child.pos, child.bits - 1)
    const high = newNode<T>((child.key | (2 ** node.pos)) >>> 0, child.pos, child.bits - 1)
    for (let k = 0; k < half; k++) {
      low.children[k] = child.children[k]
      high.children[k] = child.children[half + k]
    }
    node.children[2 * i] = low
    node.children[2 * i + 1] = high
  }
  for (const [i, child] of node.children.entries()) if (isFull(node, child)) node.children[i] = resized(child, false)
  return node
}
function halve<T>(old: Node<T>): Node<T> {
  const node = newNode<T>(old.key, old.pos + 1, old.bits - 1)
  for (let i = 0; i < old.children.length; i += 2) {
    const [low, high] = [old.children[i], old.children[i + 1]]
    if (low === undefined || high === undefined) node.children[i / 2] = low ?? high
    else {
      const pair = newNode<T>(low.key, old.pos, 1)
      pair.children[0] = low
      pair.children[1] = high
      node.children[i / 2] = pair
    }
  }
  return node
}
/** resize: doubled, halved or taken out as the number of its children asks for. */
function resized<T>(start: Node<T>, isRoot: boolean): Child<T> {
  let node = start
  let work = MAX_WORK
  for (; work > 0 && shouldInflate(node, isRoot); work--) node = inflate(node)
  if (work !== MAX_WORK) return node
  for (; work > 0 && shouldHalve(node, isRoot); work--) node = halve(node)
  return used(node) < 2 ? node.children.find((c) => c !== undefined) : node
}

export class FibTrie<T> {
  root: Child<T>

  insert(key: number, value: T): void {
    this.root = this.#inserted(this.root, key, value, true)
  }
  #inserted(at: Child<T>, key: number, value: T, isRoot: boolean): Child<T> {
    if (at === undefined) return { kind: 'leaf', key, values: [value] }
    if (at.kind === 'leaf' && at.key === key) {
      at.values.push(value)
      return at
    }
    if (at.kind === 'node' && indexIn(key, at) < at.children.length) {
      const i = indexIn(key, at)
      at.children[i] = this.#inserted(at.children[i], key, value, false)
      return resized(at, isRoot)
    }
    const pair = newNode<T>(key, 31 - Math.clz32((key ^ at.key) >>> 0), 1)
    pair.children[indexIn(key, pair)] = { kind: 'leaf', key, values: [value] }
    pair.children[indexIn(key, pair) ^ 1] = at
    return resized(pair, isRoot)
  }
}
