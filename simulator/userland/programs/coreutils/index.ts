// Debian's coreutils 9.1: the commands of everyday life with files, text and processes.
import type { ProgramPackage } from '../../program-table.ts'
import { base32, base64 } from './base64.ts'
import { cat } from './cat.ts'
import { cksum, md5sum, sha1sum, sha224sum, sha256sum, sha512sum, sumCommand } from './checksum.ts'
import { chmod } from './chmod.ts'
import { chgrp, chown } from './chown.ts'
import { comm, join } from './comm.ts'
import { cp } from './cp.ts'
import { cut } from './cut.ts'
import { date } from './date.ts'
import { dd } from './dd.ts'
import { df } from './df.ts'
import { du } from './du.ts'
import { echo } from './echo.ts'
import { env, printenv } from './env.ts'
import { expr } from './expr.ts'
import { head } from './head.ts'
import { id } from './id.ts'
import { arch, groups, hostid, logname, nproc, tty, whoami } from './id-commands.ts'
import { install } from './install.ts'
import { fold, nl, paste, tac } from './line-tools.ts'
import { link, ln } from './ln.ts'
import { dir, ls, vdir } from './ls.ts'
import { mkdir, rmdir } from './mkdir.ts'
import { mkfifo, mknod } from './mknod.ts'
import { mktemp } from './mktemp.ts'
import { mv } from './mv.ts'
import { factor, numfmt, shuf } from './numbers.ts'
import { od } from './od.ts'
import { basename, dirname, readlink, realpath } from './path-names.ts'
import { printf } from './printf.ts'
import { chroot, nice, nohup } from './process-commands.ts'
import { pwd } from './pwd.ts'
import { rm, unlink } from './rm.ts'
import { seq } from './seq.ts'
import { sleep } from './sleep.ts'
import { sync, tee, uname, yes } from './small.ts'
import { sort } from './sort.ts'
import { split } from './split.ts'
import { stat } from './stat.ts'
import { stty } from './stty.ts'
import { expand, fmt, unexpand } from './tabs.ts'
import { tail } from './tail.ts'
import { bracket, test } from './test.ts'
import { timeout } from './timeout.ts'
import { touch } from './touch.ts'
import { tr } from './tr.ts'
import { falseCommand, trueCommand } from './true.ts'
import { truncate } from './truncate.ts'
import { uniq } from './uniq.ts'
import { wc } from './wc.ts'
import { users, who } from './who.ts'

export const coreutils: ProgramPackage = {
  name: 'coreutils',
  version: '9.1-1',
  programs: [
    arch, base32, base64, basename, bracket, cat, chgrp, chmod, chown, chroot, cksum, comm, cp, cut, date, dd, df, dir, dirname, du, echo, env, expand, expr, factor,
    falseCommand, fmt, fold, groups, head, hostid, id, install, join, link, ln, logname, ls, md5sum, mkdir, mkfifo, mknod, mktemp, mv, nice, nl, nohup, nproc, numfmt,
    od, paste, printenv, printf, pwd, readlink, realpath, rm, rmdir, seq, sha1sum, sha224sum, sha256sum, sha512sum, shuf, sleep, sort, split, stat, stty, sumCommand, sync, tac,
    tail, tee, test, timeout, touch, tr, trueCommand, truncate, tty, uname, unexpand, uniq, unlink, users, vdir, wc, who, whoami, yes,
  ],
}
