// Words of the nft language (src/scanner.l).
import type { Span } from './source.ts'

export interface Token extends Span {
  readonly kind: 'word' | 'quoted' | 'number' | 'symbol' | 'newline' | 'end'
  readonly text: string
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))
/** Words that can't be names. */
const KEYWORDS = words(`add create insert replace delete get list reset flush rename import export monitor describe table tables chain chains rule rules set sets element map maps ruleset
  flowtable flowtables handle index comment define undef redefine include ip ip6 inet arp bridge netdev tcp udp udplite sctp dccp icmp icmpv6 igmp esp ah comp th ether vlan meta mark iif iifname iiftype oif oifname
  oiftype skuid skgid nftrace rtclassid ibriport obriport ibridgename obridgename pkttype cpu iifgroup oifgroup cgroup ct counter quota limit log reject snat dnat masquerade redirect queue dup fwd notrack
  accept drop continue return jump goto vmap numgen jhash symhash fib rt socket osf tproxy synproxy hook policy priority type elements all hash last
  meter secmark tunnel ipsec xfrm counters quotas limits update exthdr frag dst hbh mh srh random day hour time`)
/** Keywords that are only keywords where they make sense; elsewhere names. */
const SOFT = words('index all hash last policy priority type hook elements random day hour time dst frag secmark tunnel counters quotas limits update counter')

export const isKeyword = (text: string): boolean => KEYWORDS.has(text) && !SOFT.has(text)

const IP6 = String.raw`(?:[0-9a-fA-F]{0,4}:){2,7}(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-fA-F]{0,4})`
const TOKEN = new RegExp([
  String.raw`(?<blank>[ \t\r]+|\\\n|#[^\n]*)`, String.raw`(?<newline>\n)`, String.raw`(?<quoted>"[^"\n]*")`,
  String.raw`(?<mac>(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}(?![0-9a-fA-F:]))`, `(?<ip6>${IP6})`, String.raw`(?<ip4>\d+(?:\.\d+){3})`,
  String.raw`(?<time>(?:\d+(?:ms|[dhms]))+(?![\w]))`, String.raw`(?<number>0[xX][0-9a-fA-F]+|\d+(?![\w.]))`, String.raw`(?<word>[A-Za-z0-9_.\\][\w/.\\-]*\*?|\*)`, String.raw`(?<symbol>==|!=|<=|>=|<<|>>|[{}()\[\];,:.=<>&|^!\-/@$+])`,
].join('|'), 'y')

export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const re = new RegExp(TOKEN.source, 'y')
  let at = 0
  while (at < text.length) {
    re.lastIndex = at
    const groups = re.exec(text)?.groups
    const found = groups === undefined ? undefined : Object.entries(groups).find(([, v]) => v !== undefined)
    if (found === undefined) {
      tokens.push({ kind: 'symbol', text: text[at], start: at, end: at + 1 })
      at++
      continue
    }
    const [name, value] = found
    const span = { start: at, end: at + value.length }
    at = span.end
    if (name === 'blank') continue
    if (name === 'newline') tokens.push({ kind: 'newline', text: '\n', ...span })
    else if (name === 'quoted') tokens.push({ kind: 'quoted', text: value.slice(1, -1), ...span })
    else if (name === 'number') tokens.push({ kind: 'number', text: value, ...span })
    else if (name === 'symbol') tokens.push({ kind: 'symbol', text: value, ...span })
    else tokens.push({ kind: 'word', text: value, ...span })
  }
  tokens.push({ kind: 'newline', text: '\n', start: text.length, end: text.length })
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

/** How bison names a token it did not expect. */
export function tokenName(t: Token): string {
  if (t.kind === 'newline') return 'newline'
  if (t.kind === 'end') return 'end of file'
  if (t.kind === 'number') return 'number'
  if (t.kind === 'quoted') return 'quoted string'
  if (t.kind === 'symbol') return ({ ';': 'semicolon', ',': 'comma', ':': 'colon', '.': '.', '/': '/', '-': '-', '@': '@', '$': '\'$\'', '{': '\'{\'', '}': '\'}\'', '(': '\'(\'', ')': '\')\'' } as Record<string, string>)[t.text] ?? t.text
  return KEYWORDS.has(t.text) ? t.text : 'string'
}
