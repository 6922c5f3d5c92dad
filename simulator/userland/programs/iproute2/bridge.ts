// bridge(8) of iproute2 6.1: ports, forwarding databases and VLANs of bridges. Simpler: no VNI, no monitor; multicast databases are always empty.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { isatty } from '../../libc/unistd.ts'
import { bridgeFdb } from './bridge-fdb.ts'
import { bridgeLink } from './bridge-link.ts'
import { bridgeVlan } from './bridge-vlan.ts'
import { switchNetns } from './netns.ts'
import type { IpOptions } from './output.ts'
import { die, EXIT_USAGE, Rtnl } from './rtnl.ts'
import { matches, Words } from './words.ts'

const USAGE = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | monitor }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                    -o[neline] | -t[imestamp] | -n[etns] name |
                    -c[ompressvlans] -color -p[retty] -j[son] }`

const OPTIONS = ['-help', '-Version', '-stats', '-statistics', '-details', '-oneline', '-timestamp', '-family', '-4', '-6', '-netns', '-color', '-colour', '-compressvlans', '-force', '-json', '-pretty', '-batch']

function* main(c: Crt): Flow<number> {
  const o: IpOptions = {
    family: undefined, linkOnly: false, brief: false, details: false, json: false, pretty: false, oneline: false, stats: 0, numeric: false, color: false, all: false, force: false, batch: undefined, netns: undefined, timestamp: undefined,
  }
  let compress = false
  const words = new Words(c, c.argv.slice(1))
  for (let word = words.peek(); word !== undefined && word.startsWith('-'); word = words.peek()) {
    words.shift()
    const [typed, value] = (word.startsWith('--') ? word.slice(1) : word).split('=')
    const isBad = value !== undefined && !/^(always|auto|never)$/.test(value)
    switch (isBad ? undefined : matches(typed, OPTIONS)) {
      case '-help': return yield* die(c, 0, USAGE)
      case '-Version': {
        yield* c.stdout.write('bridge utility, 6.1.0\n')
        return 0
      }
      case '-stats':
      case '-statistics': o.stats++; break
      case '-details': o.details = true; break
      case '-oneline': o.oneline = true; break
      case '-json': o.json = true; break
      case '-pretty': o.pretty = true; break
      case '-compressvlans': compress = true; break
      case '-netns': yield* switchNetns(c, yield* words.value()); break
      case '-color':
      case '-colour': o.color = value === 'auto' ? yield* isatty(1) : value !== 'never'; break
      case undefined: return yield* die(c, EXIT_USAGE, `Option "${word}" is unknown, try "bridge help".`)
      default: return yield* unsimulated(c, `option ${word}`)
    }
  }
  if (o.json) o.color = false
  const word = words.shift()
  if (word === undefined) return yield* die(c, EXIT_USAGE, USAGE)
  const rtnl = new Rtnl(c)
  switch (matches(word, ['link', 'fdb', 'mdb', 'vlan', 'vni', 'monitor', 'help'])) {
    case 'link': return yield* bridgeLink(c, o, rtnl, words)
    case 'fdb': return yield* bridgeFdb(c, o, rtnl, words)
    case 'vlan': return yield* bridgeVlan(c, o, rtnl, words, compress)
    case 'mdb': return words.peek() === undefined || matches(words.peek() ?? '', ['show', 'lst', 'list']) !== undefined ? 0 : yield* unsimulated(c, `'bridge mdb ${words.peek() ?? ''}'`)
    case 'help': return yield* die(c, 0, USAGE)
    case undefined: return yield* die(c, EXIT_USAGE, `Object "${word}" is unknown, try "bridge help".`)
    default: return yield* unsimulated(c, `'bridge ${word}'`)
  }
}

export const bridge = program(main)
