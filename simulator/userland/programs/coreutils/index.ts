// Debian's coreutils 9.1: the commands of everyday life with files, text and processes.
import type { ProgramPackage } from '../../program-table.ts'
import { cat } from './cat.ts'
import { echo } from './echo.ts'
import { env, printenv } from './env.ts'
import { head } from './head.ts'
import { id } from './id.ts'
import { arch, groups, hostid, logname, nproc, tty, whoami } from './id-commands.ts'
import { dir, ls, vdir } from './ls.ts'
import { mkdir, rmdir } from './mkdir.ts'
import { pwd } from './pwd.ts'
import { rm, unlink } from './rm.ts'
import { sleep } from './sleep.ts'
import { tail } from './tail.ts'
import { touch } from './touch.ts'
import { falseCommand, trueCommand } from './true.ts'
import { wc } from './wc.ts'

export const coreutils: ProgramPackage = {
  name: 'coreutils',
  version: '9.1-1',
  programs: [
    arch, cat, dir, echo, env, falseCommand, groups, head, hostid, id, logname, ls, mkdir, nproc, printenv, pwd, rm, rmdir, sleep, tail, touch, trueCommand, tty,
    unlink, vdir, wc, whoami,
  ],
}
