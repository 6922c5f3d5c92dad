// ethtool(8) 6.1: what the driver of a network device says. Simpler: settings, driver, statistics, features, permanent address and channels can be asked for, features
// be changed; the rest is refused as by a driver that has none of it, or named as missing.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import type { EthtoolFeature, EthtoolInfo } from '../../../abi/netlink.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { RtnlSocket } from '../../libc/rtnetlink.ts'
import { call } from '../../libc/syscall.ts'

const BAD_COMMAND = 'ethtool: bad command line argument(s)\nFor more information run ethtool -h'
/** Options that ask by netlink, and what they say where the driver has no answer. */
const REFUSED_BY_NETLINK: ReadonlySet<string> = new Set(['-g', '--show-ring', '-c', '--show-coalesce', '-a', '--show-pause', '--show-eee', '-m', '--module-info', '--show-fec'])
const KNOWN: ReadonlySet<string> = new Set([
  '-s', '--change', '-A', '--pause', '-C', '--coalesce', '-G', '--set-ring', '-d', '--register-dump', '-e', '--eeprom-dump', '-E', '-r', '--negotiate', '-p', '--identify', '-t', '--test', '-n', '-u',
  '--show-nfc', '--show-ntuple', '-N', '-U', '-T', '--show-time-stamping', '-x', '-X', '-f', '--flash', '-w', '-W', '-L', '--set-channels', '--show-priv-flags', '--set-priv-flags', '--monitor', '--reset', '-Q',
])
const SHORT_FEATURES: ReadonlyMap<string, string> = new Map([
  ['rx', 'rx-checksumming'], ['tx', 'tx-checksumming'], ['sg', 'scatter-gather'], ['tso', 'tcp-segmentation-offload'], ['gso', 'generic-segmentation-offload'], ['gro', 'generic-receive-offload'],
  ['lro', 'large-receive-offload'], ['rxvlan', 'rx-vlan-offload'], ['txvlan', 'tx-vlan-offload'], ['ntuple', 'ntuple-filters'], ['rxhash', 'receive-hashing'],
])

function* die(c: Crt, status: number, message: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${message}\n`)
  return exit(status)
}
/** `times`: every question by netlink complains for itself. */
function* noDevice(c: Crt, times: number): Flow<never> {
  return yield* die(c, times > 1 ? 75 : 1, `${'netlink error: no device matches name (offset 24)\nnetlink error: No such device\n'.repeat(times)}${times > 1 ? 'No data available' : ''}`.replace(/\n$/, ''))
}

function* ask(rtnl: RtnlSocket, name: string): Flow<EthtoolInfo | undefined> {
  const { replies } = yield* rtnl.request({ type: 'ETHTOOL_GET', flags: 0, name })
  const reply = replies.find((r) => r.type === 'ETHTOOL_GET_REPLY')
  return reply?.type === 'ETHTOOL_GET_REPLY' ? reply.info : undefined
}

function settingsText({ name, settings, hasLink }: EthtoolInfo): string {
  const link = `\tLink detected: ${hasLink ? 'yes' : 'no'}\n`
  if (settings === undefined) return `Settings for ${name}:\n${link}`
  const speed = settings.speed === undefined ? 'Unknown!' : `${settings.speed}Mb/s`
  return `Settings for ${name}:\n\tSupported ports: [  ]\n\tSupported link modes:   Not reported\n\tSupported pause frame use: No\n\tSupports auto-negotiation: No\n\tSupported FEC modes: Not reported\n` +
    '\tAdvertised link modes:  Not reported\n\tAdvertised pause frame use: No\n\tAdvertised auto-negotiation: No\n\tAdvertised FEC modes: Not reported\n' +
    `\tSpeed: ${speed}\n\tDuplex: ${settings.duplex ?? 'Unknown! (255)'}\n\tAuto-negotiation: off\n\tPort: ${settings.port}\n\tPHYAD: 0\n\tTransceiver: internal\n${settings.mdix ? '\tMDI-X: Unknown\n' : ''}` +
    `${settings.messageLevel === undefined ? '' : '        Current message level: 0x00000000 (0)\n                              \n'}${link}`
}

function* settings(c: Crt, info: EthtoolInfo | undefined): Flow<number> {
  if (info === undefined) return yield* noDevice(c, 5)
  if (info.settings === undefined && !info.reportsLink) return yield* die(c, 75, 'No data available')
  yield* c.stdout.write(settingsText(info))
  return 0
}

function* driver(c: Crt, info: EthtoolInfo | undefined): Flow<number> {
  if (info === undefined) return yield* die(c, 71, `Cannot get driver information: ${Errno.ENODEV.message}`)
  const d = info.driver
  if (d === undefined) return yield* die(c, 71, `Cannot get driver information: ${Errno.EOPNOTSUPP.message}`)
  const system = yield* call('uname')
  const version = d.version !== '' || isErr(system) ? d.version : system.release
  yield* c.stdout.write(
    `driver: ${d.driver}\nversion: ${version}\nfirmware-version: ${d.firmware}\nexpansion-rom-version: \nbus-info: ${d.bus}\nsupports-statistics: ${d.hasStatistics ? 'yes' : 'no'}\n` +
    'supports-test: no\nsupports-eeprom-access: no\nsupports-register-dump: no\nsupports-priv-flags: no\n')
  return 0
}

function* statistics(c: Crt, info: EthtoolInfo | undefined): Flow<number> {
  if (info === undefined) return yield* die(c, 94, `Cannot get stats strings information: ${Errno.ENODEV.message}`)
  if (info.statistics.length === 0) return yield* die(c, 94, 'no stats available')
  yield* c.stdout.write(`NIC statistics:\n${info.statistics.map(([name, value]) => `     ${name}: ${value}\n`).join('')}`)
  return 0
}

const unknownFeatures = (c: Crt, info: EthtoolInfo): Flow<number> => unsimulated(c, `the feature list of ${info.name}'s kind of device`)

function* features(c: Crt, info: EthtoolInfo | undefined): Flow<number> {
  if (info === undefined) return yield* noDevice(c, 1)
  if (info.features === undefined) return yield* unknownFeatures(c, info)
  yield* c.stdout.write(`Features for ${info.name}:\n${info.features.map((f) => `${f.isPart ? '\t' : ''}${f.name}: ${f.isOn ? 'on' : 'off'}${f.isFixed ? ' [fixed]' : ''}\n`).join('')}`)
  return 0
}

/** A group goes with its parts, and what needs checksums goes with them. */
function* change(c: Crt, rtnl: RtnlSocket, info: EthtoolInfo | undefined, args: readonly string[]): Flow<number> {
  if (info === undefined) return yield* noDevice(c, 1)
  if (args.length === 0 || args.length % 2 !== 0) return yield* die(c, 1, BAD_COMMAND)
  const { features: all } = info
  if (all === undefined) return yield* unknownFeatures(c, info)
  const changes: Record<string, boolean> = {}
  const set = (name: string, isOn: boolean): boolean => {
    const at = all.findIndex((f) => f.name === name)
    if (at < 0) return false
    changes[name] = isOn
    for (const part of all.slice(at + 1, nextGroup(all, at))) if (!part.isFixed) changes[part.name] = isOn
    return true
  }
  for (let i = 0; i < args.length; i += 2) {
    const isOn = args[i + 1] === 'on'
    if ((!isOn && args[i + 1] !== 'off') || !set(SHORT_FEATURES.get(args[i]) ?? args[i], isOn)) return yield* die(c, 1, BAD_COMMAND)
    if (args[i] === 'tx' && !isOn) set('tcp-segmentation-offload', false)
  }
  const { errno } = yield* rtnl.request({ type: 'ETHTOOL_SET', flags: 0, name: info.name, features: changes })
  if (errno === Errno.EOPNOTSUPP) return yield* die(c, 1, 'Could not change any device features')
  return errno === undefined ? 0 : yield* die(c, 1, `netlink error: ${errno.message}`)
}
function nextGroup(all: readonly EthtoolFeature[], at: number): number {
  const next = all.findIndex((f, i) => i > at && !f.isPart)
  return next < 0 ? all.length : next
}

function* main(c: Crt): Flow<number> {
  const [, option, ...args] = c.argv
  if (option === undefined) return yield* die(c, 1, BAD_COMMAND)
  if (option === '--version') {
    yield* c.stdout.write('ethtool version 6.1\n')
    return 0
  }
  if (option === '-h' || option === '--help') return yield* unsimulated(c, `option ${option}`)
  const rtnl = new RtnlSocket()
  if (!option.startsWith('-')) return args.length > 0 ? yield* die(c, 1, BAD_COMMAND) : yield* settings(c, yield* ask(rtnl, option))
  const [name, ...rest] = args
  if (name === undefined) return yield* die(c, 1, BAD_COMMAND)
  const info = yield* ask(rtnl, name)
  if (REFUSED_BY_NETLINK.has(option)) return info === undefined ? yield* noDevice(c, 1) : yield* die(c, 1, `netlink error: ${Errno.EOPNOTSUPP.message}`)
  switch (option) {
    case '-i':
    case '--driver': return yield* driver(c, info)
    case '-S':
    case '--statistics': return yield* statistics(c, info)
    case '-k':
    case '--show-features':
    case '--show-offload': return yield* features(c, info)
    case '-K':
    case '--features':
    case '--offload': return yield* change(c, rtnl, info, rest)
    case '-P':
    case '--show-permaddr': {
      if (info === undefined) return yield* noDevice(c, 1)
      yield* c.stdout.write(`Permanent address: ${info.permAddress ?? 'not set'}\n`)
      return 0
    }
    case '-l':
    case '--show-channels': {
      if (info === undefined) return yield* noDevice(c, 1)
      const counts = `RX:\t\t${info.queues[0]}\nTX:\t\t${info.queues[1]}\nOther:\t\tn/a\nCombined:\tn/a\n`
      yield* c.stdout.write(`Channel parameters for ${name}:\nPre-set maximums:\n${counts}Current hardware settings:\n${counts}`)
      return 0
    }
    default: return KNOWN.has(option) ? yield* unsimulated(c, `option ${option}`) : yield* die(c, 1, BAD_COMMAND)
  }
}

export const ethtool = program(main)
