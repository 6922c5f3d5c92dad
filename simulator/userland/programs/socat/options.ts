// Options of socat's addresses (xioopts.c): those that are known here, their spellings, and what parseopts() says of others.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import type { Diagnostics } from './diagnostics.ts'

type Value = 'flag' | 'number' | 'text'
const SIMULATED: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['append', 'flag'], ['backlog', 'number'], ['bind', 'text'], ['broadcast', 'number'], ['creat', 'flag'], ['fork', 'flag'], ['keepalive', 'number'], ['mode', 'text'], ['nodelay', 'number'], ['rcvbuf', 'number'], ['rdonly', 'flag'], ['rdwr', 'flag'], ['reuseaddr', 'number'], ['reuseport', 'number'], ['sid', 'flag'], ['sp', 'number'], ['stderr', 'flag'], ['trunc', 'flag'], ['wronly', 'flag'], ['if', 'text'], ['unlink-early', 'flag'],
])
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['bindtodevice', 'if'], ['interface', 'if'], ['create', 'creat'], ['perm', 'mode'], ['setsid', 'sid'], ['sourceport', 'sp'],
])
/** Real, but not simulated. */
const OTHERS: ReadonlySet<string> = new Set(`
  acceptconn allmulti allow-table async attachfilter authhdr automedia b0 b1000000 b110 b115200 b1152000 b1200 b134 b150 b1500000 b1800 b19200 b200 b2000000 b230400
  b2400 b2500000 b300 b3000000 b3500000 b38400 b4000000 b460800 b4800 b50 b500000 b57600 b576000 b600 b75 b921600 b9600 brkint bs0 bs1 bsdcompat bsdly bytes cafile
  capath cert cfmakeraw chroot chroot-early ciphers clocal cloexec close cn compr compress connect-timeout coolwrite cork cr cr0 cr1 cr2 cr3 crdly cread crnl crtscts
  cs5 cs6 cs7 cs8 csize cstopb ctty debug defer-accept defnames deny-table detachfilter dh direct directory dirsync discard dnsrch dontroute dstopts dsync echo
  echoctl echoe echok echoke echonl echoprt egd eof eol eol2 erase error escape excl fdin fdout ff0 ff1 ffdly fiosetown flock flock-nb flock-sh flock-sh-nb flusho
  forever freebind ftruncate32 gid gid-l group-early hdrincl hoplimit hopopts hupcl icanon icrnl iexten iff-broadcast iff-debug iff-multicast ignbrk igncr ignorecr
  ignoreeof ignpar igntc imaxbel immutable info inlcr inpck interval intr ioctl ioctl-bin ioctl-int ioctl-intp ioctl-string ipoptions ipv6only isig ispeed istrip
  iuclc ixany ixoff ixon join-group journal-data keepcnt keepidle keepintvl key kill largefile linger linger2 link listen-timeout lnext lockfile login loopback
  lowport lseek32-cur lseek32-end lseek32-set master max-children max-version membership min min-version mss mss-late mtu mtudiscover multicast-if multicastloop
  multicastttl nl0 nl1 nldly no-pi noarp noatime nocheck noctty nodump noflsh nofollow nofork nonblock nosni notrailers null-eof ocrnl ofdel ofill olcuc onlcr onlret
  onocr oobinline openpty opost ospeed parenb parmrk parodd passcred path peercred pendin perm-early perm-late pf pgid pipes pktinfo pktopts pointopoint portsel
  priority promisc protocol proxyauth proxyauthfile proxyport pseudo ptmx pty pty-interval quickack quit range raw rawer rcvbuf-late rcvlowat recurse recvdstopts
  recverr recvhoplimit recvhopopts recvopts recvpktinfo recvrthdr recvtos recvttl reprint res-debug resolve retopts retry routeralert rsync rthdr running sane secrm
  securityauthentication securityencryptionnetwork securityencryptiontransport seek seek-cur seek-end setgid setgid-early setlk setlk-rd setlkw setlkw-rd setuid
  setuid-early shut-close shut-down shut-none shut-null sighup sigint sigquit siocspgrp slave sndbuf sndbuf-late sndlowat snihost sockopt sockopt-bin sockopt-int
  sockopt-listen sockopt-string socksport socksuser start stayopen stop su su-d su-e susp swtc sync syncnt tab0 tab1 tab2 tab3 tabdly tcpwrap tcpwrap-dir
  tightsocklen time timestamp topdir tos tostop transparent truncate ttl tun-device tun-name tun-type type uid uid-l umask unicast-hops unlink unlink-close
  unlink-late unrm up user-early usevc verify vt0 vt1 vtdly wait-slave waitlock werase window-clamp xcase xtabs`.trim().split(/\s+/))

const canonical = (name: string): string => {
  const short = name.replace(/^(so|tcp|ip|ipv6|o)-/, '')
  return SPELLINGS.get(short) ?? short
}

/** Reads the `name` or `name=value` parts of an address, by canonical name; exits where socat would, and with 95 where something isn't simulated. */
export function* parseOptions(c: Crt, parts: readonly string[], d: Diagnostics): Flow<ReadonlyMap<string, string>> {
  const options = new Map<string, string>()
  for (const part of parts) {
    const [written, value] = part.split(/=(.*)/s)
    const name = canonical(written.toLowerCase())
    const kind = SIMULATED.get(name)
    if (kind === undefined) {
      if (OTHERS.has(name)) exit(yield* unsimulated(c, `option ${written}`))
      return yield* d.fail(`parseopts_table(): unknown option "${written}"`)
    }
    if (kind === 'text' && value === undefined) return yield* d.fail(`option "${written}": value required`)
    if (kind === 'number' && value !== undefined && !/^(0x[\da-f]+|\d+)/i.test(value)) return yield* d.fail(`parseopts(): missing numerical value of option "${part}"`)
    if (kind !== 'text' && value === '0') options.delete(name)
    else options.set(name, value ?? '')
  }
  return options
}
