// The one place that says which programs the host has: every package of userland, in Debian's names. A new package is added here.
import type { Program } from '../abi/syscalls.ts'
import { type ProgramPackage, programId } from '../userland/program-table.ts'
import { bash, dash } from '../userland/bash/index.ts'
import { coreutils } from '../userland/programs/coreutils/index.ts'
import { e2fsprogs } from '../userland/programs/e2fsprogs/index.ts'
import { grep } from '../userland/programs/grep/index.ts'
import { hostnamePackage } from '../userland/programs/hostname/index.ts'
import { init } from '../userland/programs/init/index.ts'
import { mawk } from '../userland/programs/mawk/index.ts'
import { procps } from '../userland/programs/procps/index.ts'
import { sudoPackage } from '../userland/programs/sudo/index.ts'
import { sed } from '../userland/programs/sed/index.ts'
import { utilLinuxPackage } from '../userland/programs/util-linux/index.ts'
import { libcapPackage } from '../userland/programs/libcap2-bin/index.ts'
import { uidmapPackage } from '../userland/programs/uidmap/index.ts'
import { psmisc } from '../userland/programs/psmisc/index.ts'
import { sysvinitUtils } from '../userland/programs/sysvinit-utils/index.ts'
import { findutils } from '../userland/programs/findutils/index.ts'
import { iputilsPing } from '../userland/programs/iputils-ping/index.ts'
import { tcpdumpPackage } from '../userland/programs/tcpdump/index.ts'
import { traceroutePackage } from '../userland/programs/traceroute/index.ts'
import { iproutePackage } from '../userland/programs/iproute2/index.ts'
import { busybox } from '../userland/programs/busybox/index.ts'
import { passwdPackage } from '../userland/programs/passwd/index.ts'
import { debianutils } from '../userland/programs/debianutils/index.ts'
import { diffutils } from '../userland/programs/diffutils/index.ts'
import { gccPackage } from '../userland/programs/gcc-12/index.ts'
import { libc6 } from '../userland/programs/libc6/index.ts'
import { apparmorPackage } from '../userland/programs/apparmor/index.ts'
import { libcBin } from '../userland/programs/libc-bin/index.ts'
import { gzip } from '../userland/programs/gzip/index.ts'
import { tar } from '../userland/programs/tar/index.ts'
import { xxdPackage } from '../userland/programs/xxd/index.ts'
import { jq } from '../userland/programs/jq/index.ts'
import { less } from '../userland/programs/less/index.ts'
import { file } from '../userland/programs/file/index.ts'
import { tree } from '../userland/programs/tree/index.ts'
import { bsdextrautils } from '../userland/programs/bsdextrautils/index.ts'
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
import { attrPackage } from '../userland/programs/attr/index.ts'
import { loginPackage } from '../userland/programs/login/index.ts'
import { ncursesBin } from '../userland/programs/ncurses-bin/index.ts'
import { bridgeUtils } from '../userland/programs/bridge-utils/index.ts'
import { ethtoolPackage } from '../userland/programs/ethtool/index.ts'
import { unsimulatedPackage } from './unsimulated.ts'

/** What is simulated. */
export const SIMULATED_PACKAGES: readonly ProgramPackage[] = [
  bash, coreutils, dash, grep, hostnamePackage, init, mawk, procps, sed, sudoPackage, utilLinuxPackage, libcapPackage, uidmapPackage,
  psmisc, e2fsprogs, sysvinitUtils, findutils, iproutePackage, busybox, passwdPackage, debianutils, diffutils, libcBin, gzip, tar, xxdPackage,
  jq,
  libc6,
  gccPackage,
  apparmorPackage,
  less,
  file,
  tree,
  bsdextrautils,
  stracePackage,
  iptablesPackage,
  nftablesPackage,
  conntrackPackage,
  bubblewrap,
  bridgeUtils,
  ethtoolPackage,
  runcPackage,
  dockerPackage,
  nginxPackage,
  containerdPackage,
  iputilsPing,
  tcpdumpPackage,
  traceroutePackage,
  netcatPackage,
  curlPackage,
  pythonPackage,
  socatPackage,
  bind9Package,
  ncursesBin,
  apt,
  attrPackage,
  loginPackage,
]

/** Everything installed on the host, with the names that are there but not simulated. */
export const ALL_PACKAGES: readonly ProgramPackage[] = [...SIMULATED_PACKAGES, unsimulatedPackage(SIMULATED_PACKAGES)]

/** The code of each executable by the id in its file; what execve(2) looks up. */
export function programsById(packages: readonly ProgramPackage[]): ReadonlyMap<string, Program> {
  return new Map(packages.flatMap((pkg) => pkg.programs.map((entry) => [programId(pkg, entry), entry.program] as const)))
}
