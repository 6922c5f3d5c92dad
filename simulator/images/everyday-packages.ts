// The packages whose commands are typed most. A page fetches their code first, so that the first command needn't wait for that of all others.
import type { ProgramPackage } from '../userland/program-table.ts'
import { bash, dash } from '../userland/bash/index.ts'
import { coreutils } from '../userland/programs/coreutils/index.ts'
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
import { iproutePackage } from '../userland/programs/iproute2/index.ts'
import { passwdPackage } from '../userland/programs/passwd/index.ts'
import { debianutils } from '../userland/programs/debianutils/index.ts'
import { diffutils } from '../userland/programs/diffutils/index.ts'
import { libc6 } from '../userland/programs/libc6/index.ts'
import { libcBin } from '../userland/programs/libc-bin/index.ts'
import { gzip } from '../userland/programs/gzip/index.ts'
import { tar } from '../userland/programs/tar/index.ts'
import { less } from '../userland/programs/less/index.ts'
import { file } from '../userland/programs/file/index.ts'
import { tree } from '../userland/programs/tree/index.ts'
import { bsdextrautils } from '../userland/programs/bsdextrautils/index.ts'
import { attrPackage } from '../userland/programs/attr/index.ts'
import { loginPackage } from '../userland/programs/login/index.ts'
import { ncursesBin } from '../userland/programs/ncurses-bin/index.ts'

export const EVERYDAY_PACKAGES: readonly ProgramPackage[] = [
  bash, coreutils, dash, grep, hostnamePackage, init, mawk, procps, sed, sudoPackage, utilLinuxPackage, libcapPackage, uidmapPackage, psmisc,
  sysvinitUtils, findutils, iproutePackage, passwdPackage, debianutils, diffutils, libcBin, gzip, tar, libc6, less, file, tree, bsdextrautils,
  iputilsPing, ncursesBin, attrPackage, loginPackage,
]
