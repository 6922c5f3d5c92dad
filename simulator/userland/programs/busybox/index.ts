// Debian's package busybox-static.
import type { ProgramPackage } from '../../program-table.ts'
import { APPLETS, applets, EXECUTED_APPLETS, RUNNABLE_APPLETS } from '../../bash/applets.ts'
import { APPLET_NAMES } from './applet-names.ts'
import { busyboxProgram, hasCode } from './busybox.ts'

/** Declared without NOFORK and NOEXEC (docs/nofork_noexec.txt). */
const EXECUTED = `
  ash cat cmp df diff dmesg du egrep expand expr factor fgrep free getty grep gunzip gzip hostname httpd ifconfig init ip less login logger more mount mv nc netstat nl nsenter nslookup od
  patch ping ping6 route sed setpriv setsid sh sleep split start-stop-daemon stat strings su tail tar tee telnet time timeout top tr traceroute umount uniq unshare uptime vi w watch wc wget
  who zcat
`.trim().split(/\s+/)

for (const name of APPLET_NAMES) {
  APPLETS.add(name)
  if (hasCode(name)) RUNNABLE_APPLETS.add(name)
}

for (const name of EXECUTED) EXECUTED_APPLETS.add(name)
applets.program = busyboxProgram

export const busybox: ProgramPackage = {
  name: 'busybox-static',
  version: '1:1.35.0-4+deb12u1+b1',
  programs: [{ path: '/usr/bin/busybox', program: busyboxProgram, summary: 'many small commands in one file' }],
}
