// bridge(8) of iproute2 6.1: `bridge link` lists the ports of bridges. The other objects are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import { IFF_UP, IF_OPER_UP, type Link } from '../../../abi/netlink.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { linkFacts } from './link-text.ts'
import { groupNames } from './names.ts'
import { die, EXIT_USAGE, Rtnl } from './rtnl.ts'
import { matches, Words } from './words.ts'

const USAGE = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | vni | monitor }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                    -o[neline] | -t[imestamp] | -n[etns] name |
                    -c[ompressvlans] -color -p[retty] -j[son] }`

function* main(c: Crt): Flow<number> {
  const words = new Words(c, c.argv.slice(1))
  const word = words.shift()
  if (word === undefined || word === 'help') return yield* die(c, EXIT_USAGE, USAGE)
  if (word.startsWith('-')) return yield* unsimulated(c, `option ${word}`)
  const object = matches(word, ['link', 'fdb', 'mdb', 'vlan', 'vni', 'monitor'])
  if (object === undefined) return yield* die(c, EXIT_USAGE, `Object "${word}" is unknown, try "bridge help".`)
  const command = matches(words.shift() ?? 'show', ['set', 'show', 'lst', 'list', 'help'])
  if (object !== 'link' || command === 'set' || command === undefined) return yield* unsimulated(c, `'bridge ${object} ${command ?? ''}'`)
  const rtnl = new Rtnl(c)
  let dev: string | undefined
  for (let next = words.shift(); next !== undefined; next = words.shift()) dev = next === 'dev' ? yield* words.value() : next
  if (dev !== undefined) yield* rtnl.index(dev)
  for (const link of yield* rtnl.links()) {
    if (link.slaveKind === 'bridge' && (dev === undefined || dev === link.name)) yield* c.stdout.write(yield* portText(rtnl, link))
  }
  return 0
}

/** The peer's number is looked up among our own devices even if it counts in another namespace: so does the real one. */
function* portText(rtnl: Rtnl, link: Link): Flow<string> {
  const facts = yield* linkFacts(rtnl, link, yield* groupNames())
  const peer = link.link === undefined ? '' : `@${yield* rtnl.name(link.link)}`
  const state = (link.flags & IFF_UP) !== 0 && link.operstate === IF_OPER_UP ? 'forwarding' : 'disabled'
  return `${link.index}: ${link.name}${peer}: <${facts.flags.join(',')}> mtu ${link.mtu} master ${facts.master ?? ''} state ${state} priority 32 cost 2 \n`
}

export const bridge = program(main)
