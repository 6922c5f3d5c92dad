// Random networks: rooms, cables, bridges, routers and rules, traffic through them, and hands that pull cables, move and delete things meanwhile.
import type { Random } from '../../simulator/lib/random.ts'

const ROOMS = ['n0', 'n1', 'n2', 'n3']
const RULES = [
  'iptables -A INPUT -p icmp -j DROP', 'iptables -A OUTPUT -j REJECT', 'iptables -P FORWARD DROP', 'iptables -A FORWARD -j REJECT', 'iptables -t nat -A POSTROUTING -j MASQUERADE',
  'iptables -t nat -A PREROUTING -p udp --dport 9 -j DNAT --to-destination 10.0.1.1', 'iptables -A INPUT -m conntrack --ctstate INVALID -j DROP', 'iptables -F', 'iptables -t mangle -A OUTPUT -j MARK --set-mark 7',
]
const SETTINGS = [
  'net.ipv4.ip_forward=1', 'net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.conf.all.rp_filter=1', 'net.ipv4.conf.all.rp_filter=2', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv4.icmp_echo_ignore_all=1',
  'net.ipv4.icmp_echo_ignore_broadcasts=0', 'net.ipv4.conf.all.proxy_arp=1', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.ip_default_ttl=2', 'net.ipv4.conf.all.route_localnet=1',
]

export function randomNetwork(random: Random): string {
  const oneOf = <T>(items: readonly T[]): T => items[random.below(items.length)]
  const room = (): string => oneOf(ROOMS)
  const link = (): string => oneOf(['e0', 'e1', 'e2', 'br', 'lo', 'd0'])
  const address = (): string => oneOf([`10.0.${random.below(3)}.${1 + random.below(4)}`, `10.0.${random.below(3)}.${1 + random.below(4)}`, '127.0.0.1', '10.9.9.9', '10.0.1.255', '224.0.0.1', '10.0.2.15'])
  const address6 = (): string => oneOf([`fd00:${random.below(3)}::${1 + random.below(4)}`, '::1', 'ff02::1%e0', 'fd09::9'])
  const lines: string[] = ROOMS.map((name) => `ip netns add ${name}; ip -n ${name} link set lo up; ip -n ${name} link add br type bridge; ip -n ${name} link add d0 type dummy`)
  const cable = (): string => `ip link add ${oneOf(['e0', 'e1', 'e2'])} netns ${room()} type veth peer name ${oneOf(['e0', 'e1', 'e2'])} netns ${room()}`
  const up = (): string => `ip -n ${room()} link set ${link()} up`
  const addressed = (): string => `ip -n ${room()} addr add ${address()}/${oneOf(['24', '16', '32'])} dev ${link()}`
  for (let i = 0; i < 6; i++) lines.push(cable())
  for (let i = 0; i < 14; i++) lines.push(up())
  for (let i = 0; i < 10; i++) lines.push(addressed())
  for (let i = 0; i < 4; i++) lines.push(`ip -n ${room()} link set ${oneOf(['e0', 'e1', 'e2'])} master br`, `ip -n ${room()} route add default via ${address()}`)
  const move = (): string => {
    switch (random.below(22)) {
      case 0: case 1: case 2: return `ip netns exec ${room()} ping -q -c ${1 + random.below(3)} -i 0.2 -W 1 -s ${oneOf(['56', '0', '3000', '1472'])} ${oneOf(['', '-b', '-t 1', '-M do', '-M dont', `-I ${link()}`])} ${address()}${oneOf(['', ' &'])}`
      case 3: return `ip netns exec ${room()} ping -q -c 1 -W 1 ${address6()}${oneOf(['', ' &'])}`
      case 4: return `ip netns exec ${room()} timeout 0.2 ping -q -f ${address()} &`
      case 5: return `echo hi | ip netns exec ${room()} timeout 1 nc -u -w 1 ${address()} ${oneOf(['9', '4000'])} &`
      case 6: return `ip netns exec ${room()} timeout 1 nc -l ${oneOf(['', '-u'])} 4000 > /dev/null &`
      case 7: return `echo hi | ip netns exec ${room()} timeout 1 nc -w 1 ${address()} 4000 &`
      case 8: return `ip netns exec ${room()} timeout 1 tcpdump -n ${oneOf(['-v', '-e', '-x', '-A'])} -i ${oneOf(['any', 'e0', 'br'])} > /dev/null &`
      case 9: return `ip netns exec ${room()} timeout 2 traceroute -n -q 1 -m 4 -w 0.5 ${address()} &`
      case 10: return `ip -n ${room()} link set ${link()} down`
      case 11: return up()
      case 12: return addressed()
      case 13: return `ip -n ${room()} addr flush dev ${link()}`
      case 14: return `ip -n ${room()} link set ${oneOf(['e0', 'e1', 'd0'])} netns ${room()}`
      case 15: return `ip -n ${room()} link del ${oneOf(['e0', 'e1', 'br', 'd0'])}`
      case 16: return `ip -n ${room()} link set ${oneOf(['e0', 'e1', 'e2'])} ${oneOf(['master br', 'nomaster', 'mtu 600', 'mtu 1500', 'mtu 9000'])}`
      case 17: return cable()
      case 18: return `ip netns exec ${room()} sysctl -qw ${oneOf(SETTINGS)}`
      case 19: return `ip netns exec ${room()} ${oneOf(RULES)}`
      case 20: return `ip -n ${room()} ${oneOf([`route add 10.0.${random.below(3)}.0/24 via ${address()}`, `route add unreachable 10.0.${random.below(3)}.0/24`, 'neigh flush all', 'route flush table main'])}`
      default: return random.below(3) === 0 ? `ip netns del ${room()}` : 'sleep 0.3'
    }
  }
  for (let i = 0; i < 30; i++) lines.push(move())
  // What TCP still tries to say to somebody who has gone keeps a namespace for minutes.
  lines.push('wait', 'sleep 300')
  return `${lines.map((line) => line.replace(/ (&?)$/, ' > /dev/null 2>&1 $1')).join('\n')}\n`
}
