// How QEMU is held: a user of its own, no privileges, no network, limits, and death together with the service. Made of util-linux's commands, each of which
// becomes the next by exec, so that all is in force before QEMU's first instruction. What this computer can't give is said, not passed over.
import { spawnSync } from 'node:child_process'
import { findCommand } from '../image/target.ts'

/** Each machine's QEMU has a user id of its own, so that not even two broken ones could touch each other. None of them is in /etc/passwd. */
export const FIRST_UID = 0x6000_0000
const MIB = 1024 * 1024

/** QEMU's own address space beside the guest's RAM: translated code, stacks, libraries. */
const OWN_ADDRESS_SPACE = 1536 * MIB

export interface Limits {
  /** MiB of the guest's RAM. */
  readonly memory: number
  /** Bytes a machine may write to its disk; the guest sees write errors beyond. */
  readonly disk: number
}

/**
 * In the shell at the end: a machine whose service died before the parent-death signal was set has another parent and doesn't start.
 * Too much written is an error for the guest, not the end of QEMU.
 */
const LAST = '[ "$PPID" = "$1" ] || exit 1; shift; trap "" XFSZ; exec "$@"'

export class Confinement {
  readonly about: readonly string[]
  readonly #ownUser: boolean
  readonly #unshare: readonly string[]

  constructor() {
    this.#ownUser = process.getuid?.() === 0
    this.#unshare = [['--net', '--ipc'], ['--user', '--map-current-user', '--net', '--ipc']].find((options) => spawnSync('unshare', [...options, 'true']).status === 0) ?? []
    this.about = [
      this.#ownUser ? `QEMU runs as users ${FIRST_UID} and up, one for each machine, without capabilities` : 'not started as root: QEMU runs as the user of the service, all machines as the same',
      this.#unshare.length > 0 ? 'QEMU has a network namespace of its own with nothing in it' : 'no network namespaces here: only QEMU’s own `restrict` keeps guests from the network',
    ]
  }

  /** The words before QEMU's own. `slot` tells machines apart. */
  command(slot: number, limits: Limits, qemu: readonly string[]): string[] {
    const uid = FIRST_UID + slot
    return [
      'prlimit', `--as=${limits.memory * MIB + OWN_ADDRESS_SPACE}`, `--fsize=${limits.disk}`, '--core=0', '--nofile=256', '--',
      ...(this.#unshare.length > 0 ? ['unshare', ...this.#unshare, '--'] : []),
      'setpriv', ...(this.#ownUser ? [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all'] : []), '--no-new-privs', '--pdeathsig=KILL', '--',
      'sh', '-c', LAST, 'sh', String(process.pid), ...qemu,
    ]
  }
}

/** What this computer lacks to run machines at all; undefined if nothing. */
export function lacksForMachines(): string | undefined {
  if (process.platform !== 'linux') return 'QEMU machines are started on Linux only'
  const needs = { 'qemu-system-x86_64': 'qemu-system-x86', 'prlimit': 'util-linux', 'setpriv': 'util-linux', 'unshare': 'util-linux' }
  const missing = Object.entries(needs).filter(([command]) => findCommand(command) === undefined)
  return missing.length === 0 ? undefined : `${missing.map(([command]) => command).join(', ')} missing: apt-get install ${[...new Set(missing.map(([, name]) => name))].join(' ')}`
}
