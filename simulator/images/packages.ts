// The one place that says which programs the host has: every package of userland, in Debian's names. A new package is added here, or to those that are needed every day.
import type { Program } from '../abi/syscalls.ts'
import { type ProgramPackage, programId } from '../userland/program-table.ts'
import { e2fsprogs } from '../userland/programs/e2fsprogs/index.ts'
import { tcpdumpPackage } from '../userland/programs/tcpdump/index.ts'
import { traceroutePackage } from '../userland/programs/traceroute/index.ts'
import { busybox } from '../userland/programs/busybox/index.ts'
import { gccPackage } from '../userland/programs/gcc-12/index.ts'
import { apparmorPackage } from '../userland/programs/apparmor/index.ts'
import { xxdPackage } from '../userland/programs/xxd/index.ts'
import { jq } from '../userland/programs/jq/index.ts'
import { bubblewrap } from '../userland/programs/bubblewrap/index.ts'
import { conntrackPackage } from '../userland/programs/conntrack/index.ts'
import { nftablesPackage } from '../userland/programs/nftables/index.ts'
import { iptablesPackage } from '../userland/programs/iptables/index.ts'
import { stracePackage } from '../userland/programs/strace/index.ts'
import { nginxPackage } from '../userland/programs/nginx/index.ts'
import { containerdPackage } from '../userland/containers/shim/index.ts'
import { dockerPackage } from '../userland/containers/docker/index.ts'
import { runcPackage } from '../userland/containers/runc/index.ts'
import { curlPackage } from '../userland/programs/curl/index.ts'
import { pythonPackage } from '../userland/programs/python3/index.ts'
import { socatPackage } from '../userland/programs/socat/index.ts'
import { bind9Package } from '../userland/programs/bind9/index.ts'
import { netcatPackage } from '../userland/programs/netcat-openbsd/index.ts'
import { apt } from '../userland/programs/apt/index.ts'
import { bridgeUtils } from '../userland/programs/bridge-utils/index.ts'
import { ethtoolPackage } from '../userland/programs/ethtool/index.ts'
import { EVERYDAY_PACKAGES } from './everyday-packages.ts'
import { unsimulatedPackage } from './unsimulated.ts'

/** What is simulated. */
export const SIMULATED_PACKAGES: readonly ProgramPackage[] = [
  ...EVERYDAY_PACKAGES,
  e2fsprogs, busybox, xxdPackage, jq, gccPackage, apparmorPackage, stracePackage, iptablesPackage, nftablesPackage, conntrackPackage, bubblewrap,
  bridgeUtils, ethtoolPackage, runcPackage, dockerPackage, nginxPackage, containerdPackage, tcpdumpPackage, traceroutePackage, netcatPackage,
  curlPackage, pythonPackage, socatPackage, bind9Package, apt,
]

/** Everything installed on the host, with the names that are there but not simulated. */
export const ALL_PACKAGES: readonly ProgramPackage[] = [...SIMULATED_PACKAGES, unsimulatedPackage(SIMULATED_PACKAGES)]

/** The code of each executable by the id in its file; what execve(2) looks up. */
export function programsById(packages: readonly ProgramPackage[]): ReadonlyMap<string, Program> {
  return new Map(packages.flatMap((pkg) => pkg.programs.map((entry) => [programId(pkg, entry), entry.program] as const)))
}
