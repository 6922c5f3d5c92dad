// pstree(1) of psmisc 23.6: processes as a tree. Threads are not shown, colors and highlighting not simulated.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { TIOCGWINSZ, type Winsize } from '../../../abi/termios.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getpwent } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readlink } from '../../libc/unistd.ts'
import { readProcesses } from '../procps/read-proc.ts'
import { PSTREE_USAGE } from './help.ts'
import { type Drawing, drawTree, type Node } from './tree.ts'

const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']
export const PSTREE_SHORT = 'aAcC:GhH:nN:pglsStTuUVZ'
export const PSTREE_LONG: readonly LongOption[] = [
  ...([['arguments', 'a'], ['ascii', 'A'], ['compact-not', 'c'], ['vt100', 'G'], ['numeric-sort', 'n'], ['show-pids', 'p'], ['show-pgids', 'g'], ['long', 'l'],
    ['show-parents', 's'], ['ns-changes', 'S'], ['thread-names', 't'], ['hide-threads', 'T'], ['uid-changes', 'u'], ['unicode', 'U'], ['version', 'V']] as const
  ).map(([name, is]) => ({ name, arg: 'none' as const, is })),
  { name: 'color', arg: 'required', unsimulated: true }, { name: 'highlight-all', arg: 'none', unsimulated: true }, { name: 'highlight-pid', arg: 'required', unsimulated: true },
  { name: 'ns-sort', arg: 'required', unsimulated: true }, { name: 'security-context', arg: 'none', unsimulated: true },
]
export const PSTREE_UNSIMULATED = 'ChHNZ'
export const PSMISC_NOTICE = `PSmisc comes with ABSOLUTELY NO WARRANTY.
This is free software, and you are welcome to redistribute it under
the terms of the GNU General Public License.
For more information about these matters, see the files named COPYING.
`

export function* pstree(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, PSTREE_SHORT, PSTREE_LONG, PSTREE_UNSIMULATED)
  const flags = new Set<string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`${c.name}: ${event.error}\n${PSTREE_USAGE}`)
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'V') {
      yield* c.stderr.write(`pstree (PSmisc) 23.6\nCopyright (C) 1993-2021 Werner Almesberger and Craig Small\n\n${PSMISC_NOTICE}`)
      return 0
    }
    flags.add(event.opt)
  }
  if (parsed.operands.length > 1) {
    yield* c.stderr.write(PSTREE_USAGE)
    return 1
  }
  const users = yield* getpwent()
  const nodes = yield* readNodes(flags)
  if (nodes.size === 0) {
    yield* c.stderr.write('/proc is empty (not mounted ?)\n')
    return 1
  }
  const [operand] = parsed.operands
  let roots: Node[]
  if (operand !== undefined && !/^\d+$/.test(operand)) {
    const user = users.find((u) => u.name === operand)
    if (user === undefined) {
      yield* c.stderr.write(`No such user name: ${operand}\n`)
      return 1
    }
    roots = [...nodes.values()].filter((n) => n.uid === user.uid && nodes.get(n.ppid)?.uid !== user.uid)
    if (roots.length === 0) {
      yield* c.stderr.write('No processes found.\n')
      return 1
    }
  } else {
    const root = nodes.get(Number(operand ?? 1))
    if (root === undefined) return operand === undefined ? 0 : 1
    roots = [flags.has('s') ? withParents(root, nodes) : root]
  }
  const drawing: Drawing = {
    args: flags.has('a'), pids: flags.has('p'), pgids: flags.has('g'), uids: flags.has('u'), namespaces: flags.has('S'),
    compact: !flags.has('c') && !flags.has('p'), width: flags.has('l') ? Infinity : yield* outputWidth(), style: yield* styleOf(flags, c),
    userName: (uid) => users.find((u) => u.uid === uid)?.name ?? String(uid),
  }
  for (const [i, root] of roots.entries()) {
    if (i > 0) yield* c.stdout.write('\n')
    for (const line of drawTree(root, drawing)) yield* c.stdout.write(`${line}\n`)
  }
  return 0
}

function* readNodes(flags: ReadonlySet<string>): Flow<Map<number, Node>> {
  const nodes = new Map<number, Node>()
  const processes = yield* readProcesses()
  const links = new Map<number, readonly string[]>()
  if (flags.has('S')) {
    for (const p of processes) {
      const own: string[] = []
      for (const ns of NAMESPACES) {
        const link = yield* readlink(`/proc/${p.pid}/ns/${ns}`)
        own.push(isErr(link) ? '' : link)
      }
      links.set(p.pid, own)
    }
  }
  for (const p of processes) {
    const [own, parents] = [links.get(p.pid) ?? [], links.get(p.ppid) ?? []]
    const changedNamespaces = NAMESPACES.filter((_ns, i) => parents.length > 0 && own[i] !== '' && parents[i] !== '' && own[i] !== parents[i])
    nodes.set(p.pid, { pid: p.pid, ppid: p.ppid, pgid: p.pgrp, uid: p.uids[1], comm: p.comm, args: p.cmdline.slice(1), changedNamespaces, children: [] })
  }
  for (const node of nodes.values()) {
    const parent = nodes.get(node.ppid)
    if (parent !== undefined && node.pid !== node.ppid) parent.children.push(node)
  }
  const byName = (a: Node, b: Node): number => (a.comm < b.comm ? -1 : a.comm > b.comm ? 1 : a.uid - b.uid)
  for (const node of nodes.values()) node.children.sort(flags.has('n') ? (a, b) => a.pid - b.pid : byName)
  return nodes
}

/** The ancestors as a chain down to the node. */
function withParents(node: Node, nodes: ReadonlyMap<number, Node>): Node {
  let top = node
  for (let parent = nodes.get(node.ppid); parent !== undefined; parent = nodes.get(parent.ppid)) top = { ...parent, children: [top] }
  return top
}

function* outputWidth(): Flow<number> {
  if (!(yield* isatty(1))) return 132
  const size = (yield* call('ioctl', 1, TIOCGWINSZ)) as Winsize | object
  return 'cols' in size && size.cols > 0 ? size.cols : 132
}

function* styleOf(flags: ReadonlySet<string>, c: Crt): Flow<Drawing['style']> {
  if (flags.has('A')) return 'ascii'
  if (flags.has('U')) return 'utf8'
  if (flags.has('G')) return 'vt100'
  const locale = c.env.get('LC_ALL') || c.env.get('LC_CTYPE') || c.env.get('LANG') || ''
  return (yield* isatty(1)) && /utf-?8/i.test(locale) ? 'utf8' : 'ascii'
}
