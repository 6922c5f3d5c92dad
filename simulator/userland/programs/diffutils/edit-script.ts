// The shortest edit script between two lists of lines: Myers' O(ND) algorithm on what is left after the equal head and tail.

/** Lines [aFrom, aTo) of the first file become lines [bFrom, bTo) of the second. */
export interface Change {
  readonly aFrom: number
  readonly aTo: number
  readonly bFrom: number
  readonly bTo: number
}

/** The changes from `a` to `b`, in order; `same` compares a line of each by number. */
export function editScript(aLength: number, bLength: number, same: (i: number, j: number) => boolean): readonly Change[] {
  let head = 0
  while (head < aLength && head < bLength && same(head, head)) head++
  let [aEnd, bEnd] = [aLength, bLength]
  while (aEnd > head && bEnd > head && same(aEnd - 1, bEnd - 1)) {
    aEnd--
    bEnd--
  }
  const steps = shortestPath(aEnd - head, bEnd - head, (i, j) => same(i + head, j + head))
  const changes: Change[] = []
  let [i, j] = [head, head]
  for (let s = 0; s < steps.length; ) {
    if (steps[s] === '=') {
      i++
      j++
      s++
      continue
    }
    const [aFrom, bFrom] = [i, j]
    for (; s < steps.length && steps[s] !== '='; s++) {
      if (steps[s] === '-') i++
      else j++
    }
    changes.push({ aFrom, aTo: i, bFrom, bTo: j })
  }
  return slideDown(changes, aLength, bLength, same)
}

/** Steps from the start to the end of the edit graph: `=` both go on, `-` a line of the first goes, `+` one of the second comes. */
function shortestPath(n: number, m: number, same: (i: number, j: number) => boolean): readonly ('=' | '-' | '+')[] {
  const furthest = new Map<number, number>([[1, 0]])
  const history: Map<number, number>[] = []
  const at = (map: ReadonlyMap<number, number>, k: number): number => map.get(k) ?? -1
  for (let d = 0; d <= n + m; d++) {
    history.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(furthest, k - 1) < at(furthest, k + 1)) ? at(furthest, k + 1) : at(furthest, k - 1) + 1
      while (x < n && x - k < m && same(x, x - k)) x++
      furthest.set(k, x)
      if (x >= n && x - k >= m) return walkBack(history, n, m)
    }
  }
  return []
}

function walkBack(history: readonly ReadonlyMap<number, number>[], n: number, m: number): ('=' | '-' | '+')[] {
  const steps: ('=' | '-' | '+')[] = []
  let [x, y] = [n, m]
  for (let d = history.length - 1; d >= 0; d--) {
    const map = history[d]
    const at = (k: number): number => map.get(k) ?? -1
    const k = x - y
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1))
    const before = down ? k + 1 : k - 1
    const [px, py] = [at(before), at(before) - before]
    while (x > px && y > py && x > 0 && y > 0) {
      steps.push('=')
      x--
      y--
    }
    if (d === 0) break
    steps.push(down ? '+' : '-')
    x = px
    y = py
  }
  return steps.reverse()
}

/** Moves pure insertions and deletions down as far as equal lines let them, as GNU diff does. */
function slideDown(changes: readonly Change[], aLength: number, bLength: number, same: (i: number, j: number) => boolean): readonly Change[] {
  const out: Change[] = []
  for (let c = changes.length - 1; c >= 0; c--) {
    let { aFrom, aTo, bFrom, bTo } = changes[c]
    const next = out[0]
    const [aLimit, bLimit] = [next?.aFrom ?? aLength, next?.bFrom ?? bLength]
    while (aTo < aLimit && bTo < bLimit && ((aFrom === aTo && same(aFrom, bFrom) && same(aTo, bTo)) || (bFrom === bTo && same(aFrom, bFrom) && same(aTo, bTo)))) {
      aFrom++
      aTo++
      bFrom++
      bTo++
    }
    if (next !== undefined && aTo === next.aFrom && bTo === next.bFrom) out[0] = { aFrom, aTo: next.aTo, bFrom, bTo: next.bTo }
    else out.unshift({ aFrom, aTo, bFrom, bTo })
  }
  return out
}
