// Firewall rules of the bridge driver (libnetwork/drivers/bridge/setup_ip_tables.go, portmapper): made by running the iptables program, as the real daemon does.
import type { Flow } from '../../../../abi/syscalls.ts'
import { serverError } from './api-error.ts'
import { type RunResult, runProgram } from './util.ts'

export function* iptables(...args: readonly string[]): Flow<RunResult> {
  return yield* runProgram(['/usr/sbin/iptables', '--wait', ...args])
}
/** Like iptables, but a failure ends the request with Docker's message. */
export function* mustIptables(...args: readonly string[]): Flow<void> {
  const { status, output } = yield* iptables(...args)
  if (status !== 0) throw serverError(`Failed to Setup IP tables: Unable to enable rule:  (iptables failed: iptables --wait ${args.join(' ')}: ${output} (exit status ${status}))`)
}

/** Adds a rule unless it is there: `-I` at the front, `-A` at the end. */
function* ensure(table: string, how: '-I' | '-A', chain: string, rule: readonly string[]): Flow<void> {
  const there = yield* iptables('-t', table, '-C', chain, ...rule)
  if (there.status !== 0) yield* iptables('-t', table, how, chain, ...rule)
}
function* remove(table: string, chain: string, rule: readonly string[]): Flow<void> {
  yield* iptables('-t', table, '-D', chain, ...rule)
}

/** The chains, once at the daemon's start. */
export function* setupChains(): Flow<void> {
  for (const [table, chain] of [['nat', 'DOCKER'], ['filter', 'DOCKER'], ['filter', 'DOCKER-ISOLATION-STAGE-1'], ['filter', 'DOCKER-ISOLATION-STAGE-2']]) {
    if ((yield* iptables('-t', table, '-n', '-L', chain)).status === 0) yield* iptables('-t', table, '-F', chain)
    else yield* iptables('-t', table, '-N', chain)
  }
  yield* ensure('filter', '-A', 'DOCKER-ISOLATION-STAGE-1', ['-j', 'RETURN'])
  yield* ensure('filter', '-A', 'DOCKER-ISOLATION-STAGE-2', ['-j', 'RETURN'])
  yield* ensure('nat', '-A', 'PREROUTING', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'DOCKER'])
  yield* ensure('nat', '-A', 'OUTPUT', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'DOCKER', '!', '--dst', '127.0.0.0/8'])
  yield* iptables('-P', 'FORWARD', 'DROP')
}

/** DOCKER-USER and the isolation chain stay first in FORWARD, whatever was put in front since. */
export function* arrangeForward(): Flow<void> {
  if ((yield* iptables('-t', 'filter', '-n', '-L', 'DOCKER-USER')).status !== 0) {
    yield* iptables('-t', 'filter', '-N', 'DOCKER-USER')
    yield* iptables('-t', 'filter', '-A', 'DOCKER-USER', '-j', 'RETURN')
  }
  for (const chain of ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-USER']) {
    if ((yield* iptables('-C', 'FORWARD', '-j', chain)).status === 0) yield* iptables('-D', 'FORWARD', '-j', chain)
    yield* iptables('-I', 'FORWARD', '-j', chain)
  }
}

export interface BridgeRules {
  readonly bridge: string
  /** `172.17.0.0/16` */
  readonly subnet: string
  readonly isInternal: boolean
  readonly masquerade: boolean
  readonly icc: boolean
}

/** The rules of one bridge. */
export function* addBridgeRules({ bridge, subnet, isInternal, masquerade, icc }: BridgeRules): Flow<void> {
  if (isInternal) {
    yield* ensure('filter', '-I', 'DOCKER-ISOLATION-STAGE-1', ['!', '-s', subnet, '-o', bridge, '-j', 'DROP'])
    yield* ensure('filter', '-I', 'DOCKER-ISOLATION-STAGE-1', ['!', '-d', subnet, '-i', bridge, '-j', 'DROP'])
    yield* ensure('filter', '-I', 'FORWARD', ['-i', bridge, '-o', bridge, '-j', icc ? 'ACCEPT' : 'DROP'])
    yield* arrangeForward()
    return
  }
  if (masquerade) yield* ensure('nat', '-I', 'POSTROUTING', ['-s', subnet, '!', '-o', bridge, '-j', 'MASQUERADE'])
  yield* ensure('nat', '-I', 'DOCKER', ['-i', bridge, '-j', 'RETURN'])
  yield* ensure('filter', '-I', 'FORWARD', ['-i', bridge, '-o', bridge, '-j', icc ? 'ACCEPT' : 'DROP'])
  yield* ensure('filter', '-I', 'FORWARD', ['-i', bridge, '!', '-o', bridge, '-j', 'ACCEPT'])
  yield* ensure('filter', '-I', 'FORWARD', ['-o', bridge, '-j', 'DOCKER'])
  yield* ensure('filter', '-I', 'FORWARD', ['-o', bridge, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'])
  yield* ensure('filter', '-I', 'DOCKER-ISOLATION-STAGE-1', ['-i', bridge, '!', '-o', bridge, '-j', 'DOCKER-ISOLATION-STAGE-2'])
  yield* ensure('filter', '-I', 'DOCKER-ISOLATION-STAGE-2', ['-o', bridge, '-j', 'DROP'])
  yield* arrangeForward()
}
export function* removeBridgeRules({ bridge, subnet, isInternal, icc }: BridgeRules): Flow<void> {
  if (isInternal) {
    yield* remove('filter', 'DOCKER-ISOLATION-STAGE-1', ['!', '-s', subnet, '-o', bridge, '-j', 'DROP'])
    yield* remove('filter', 'DOCKER-ISOLATION-STAGE-1', ['!', '-d', subnet, '-i', bridge, '-j', 'DROP'])
    yield* remove('filter', 'FORWARD', ['-i', bridge, '-o', bridge, '-j', icc ? 'ACCEPT' : 'DROP'])
    return
  }
  yield* remove('nat', 'POSTROUTING', ['-s', subnet, '!', '-o', bridge, '-j', 'MASQUERADE'])
  yield* remove('nat', 'DOCKER', ['-i', bridge, '-j', 'RETURN'])
  yield* remove('filter', 'FORWARD', ['-i', bridge, '-o', bridge, '-j', icc ? 'ACCEPT' : 'DROP'])
  yield* remove('filter', 'FORWARD', ['-i', bridge, '!', '-o', bridge, '-j', 'ACCEPT'])
  yield* remove('filter', 'FORWARD', ['-o', bridge, '-j', 'DOCKER'])
  yield* remove('filter', 'FORWARD', ['-o', bridge, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'])
  yield* remove('filter', 'DOCKER-ISOLATION-STAGE-1', ['-i', bridge, '!', '-o', bridge, '-j', 'DOCKER-ISOLATION-STAGE-2'])
  yield* remove('filter', 'DOCKER-ISOLATION-STAGE-2', ['-o', bridge, '-j', 'DROP'])
}

export interface PortRule {
  readonly bridge: string
  readonly proto: string
  /** '' or 0.0.0.0: any */
  readonly hostIp: string
  readonly hostPort: number
  readonly address: string
  readonly port: number
}
const portRules = ({ bridge, proto, hostIp, hostPort, address, port }: PortRule): readonly (readonly [string, string, readonly string[]])[] => {
  const any = hostIp === '' || hostIp === '0.0.0.0'
  return [
    ['nat', 'DOCKER', ['-p', proto, '-d', any ? '0/0' : hostIp, '--dport', String(hostPort), '-j', 'DNAT', '--to-destination', `${address}:${port}`, '!', '-i', bridge]],
    ['filter', 'DOCKER', ['!', '-i', bridge, '-o', bridge, '-p', proto, '-d', address, '--dport', String(port), '-j', 'ACCEPT']],
    ['nat', 'POSTROUTING', ['-p', proto, '-s', address, '-d', address, '--dport', String(port), '-j', 'MASQUERADE']],
  ]
}
export function* addPortRules(rule: PortRule): Flow<void> {
  for (const [table, chain, words] of portRules(rule)) yield* mustIptables('-t', table, '-A', chain, ...words)
}
export function* removePortRules(rule: PortRule): Flow<void> {
  for (const [table, chain, words] of portRules(rule)) yield* remove(table, chain, words)
}
