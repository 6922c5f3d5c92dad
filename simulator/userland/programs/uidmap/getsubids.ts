// getsubids(1): lists the ranges of ids that /etc/subuid or /etc/subgid grants to a user.
import type { Main } from '../../libc/crt.ts'
import { getpwnam } from '../../libc/pwd.ts'
import { readSubids } from './subid.ts'

export const getsubids: Main = function* (c) {
  const words = c.argv.slice(1)
  const groups = words[0] === '-g'
  const owner = words[groups ? 1 : 0]
  if (owner === undefined || words.length > (groups ? 2 : 1) || owner.startsWith('-')) {
    yield* c.stderr.write('Usage: getsubids [-g] user\n    list subuid ranges for user\n    pass -g to list subgid ranges\n')
    return 1
  }
  const uid = String((yield* getpwnam(owner))?.uid ?? '')
  const own = (yield* readSubids(groups ? '/etc/subgid' : '/etc/subuid')).filter((r) => r.owner === owner || r.owner === uid)
  if (own.length === 0) {
    yield* c.stderr.write('Error fetching ranges\n')
    return 1
  }
  for (const [n, r] of own.entries()) yield* c.stdout.write(`${n}: ${owner} ${r.start} ${r.count}\n`)
  return 0
}
