// BusyBox's words for errors: applets run the code of the full programs, and what they say on standard error is put into BusyBox's shapes on the way out.
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW } from '../../../abi/fcntl.ts'
import type { Flow, SyscallRequest } from '../../../abi/syscalls.ts'

type Rule = readonly [pattern: RegExp, replacement: string]

const RULES = new Map<string, readonly Rule[]>([
  ['cat', [[/^cat: '?(.+?)'?: (Is a directory)$/, 'cat: read error: $2'], [/^cat: '?(.+?)'?: (.+)$/, "cat: can't open '$1': $2"]]],
  ['ls', [[/^ls: cannot (?:access|open directory) '(.+)': (.+)$/, "ls: $1: $2"]]],
  ['rm', [[/^rm: cannot remove '(.+)': Is a directory$/, "rm: '$1' is a directory"], [/^rm: cannot remove '(.+)': (.+)$/, "rm: can't remove '$1': $2"]]],
  ['rmdir', [[/^rmdir: failed to remove '(.+)': (.+)$/, "rmdir: '$1': $2"]]],
  ['mkdir', [[/^mkdir: cannot create directory '(.+)': (.+)$/, "mkdir: can't create directory '$1': $2"]]],
  ['cp', [[/^cp: cannot stat '(.+)': (.+)$/, "cp: can't stat '$1': $2"], [/^cp: cannot create (?:regular file|directory|symbolic link) '(.+)': (.+)$/, "cp: can't create '$1': $2"],
    [/^cp: -r not specified; omitting directory '(.+)'$/, "cp: omitting directory '$1'"], [/^cp: cannot open '(.+)' for reading: (.+)$/, "cp: can't open '$1': $2"]]],
  ['mv', [[/^mv: cannot (?:stat|move) '(.+?)'(?: to '.+')?: (.+)$/, "mv: can't rename '$1': $2"]]],
  ['ln', [[/^ln: failed to (?:create (?:symbolic|hard) link|access) '(.+?)'(?: => '.*')?: (.+)$/, 'ln: $1: $2']]],
  ['touch', [[/^touch: cannot touch '(.+)': (.+)$/, 'touch: $1: $2'], [/^touch: setting times of '(.+)': (.+)$/, 'touch: $1: $2']]],
  ['chmod', [[/^chmod: (?:cannot access|changing permissions of) '(.+)': (.+)$/, 'chmod: $1: $2'], [/^chmod: invalid mode: '(.+)'$/, "chmod: invalid mode '$1'"]]],
  ['chown', [[/^chown: invalid group: '(.+)'$/, 'chown: unknown user/group $1'], [/^chown: (?:cannot access|changing ownership of) '(.+)': (.+)$/, 'chown: $1: $2'], [/^chown: invalid user: '(.+)'$/, 'chown: unknown user $1']]],
  ['chgrp', [[/^chgrp: (?:cannot access|changing group of) '(.+)': (.+)$/, 'chgrp: $1: $2'], [/^chgrp: invalid group: '(.+)'$/, 'chgrp: unknown group $1']]],
  ['pwd', [[/^pwd: couldn't find directory entry .*/, 'pwd: getcwd: No such file or directory']]],
  ['expr', [[/^expr: syntax error: .*/, 'expr: syntax error']]],
  ['du', [[/^du: cannot access '(.+)': (.+)$/, 'du: $1: $2']]],
  ['cut', [[/^cut: you must specify a list of .*/, 'cut: expected a list of bytes, characters, or fields']]],
  ['sed', [[/^sed: can't read (.+): (.+)$/, 'sed: $1: $2'], [/^sed: -e expression #\d+, char \d+: unterminated `s' command$/, 'sed: bad format in substitution expression']]],
  ['gunzip', [[/^gunzip: (.+)\.gz: (No such file or directory)$/, 'gunzip: $1: $2']]],
  ['zcat', [[/^zcat: (.+)\.gz: (No such file or directory)$/, 'zcat: $1: $2']]],
  ['stat', [[/^stat: cannot statx '(.+)': (.+)$/, "stat: can't stat '$1': $2"]]],
  ['head', [[/^head: invalid number of (?:lines|bytes): '(.*)'$/, "head: invalid number '$1'"], [/^head: cannot open '(.+)' for reading: (.+)$/, 'head: $1: $2']]],
  ['tail', [[/^tail: invalid number of (?:lines|bytes): '(.*)'$/, "tail: invalid number '$1'"], [/^tail: cannot open '(.+)' for reading: (.+)$/, "tail: can't open '$1': $2"]]],
  ['date', [[/^date: cannot set date: (.+)$/, "date: can't set date: $1"]]],
  ['dmesg', [[/^dmesg: (?:read kernel buffer failed|clear kernel buffer failed): (.+)$/, 'dmesg: klogctl: $1']]],
  ['dd', [[/^dd: failed to open '(.+)': (.+)$/, "dd: can't open '$1': $2"]]],
  ...['md5sum', 'sha1sum', 'sha256sum', 'sha512sum', 'tar'].map((name): [string, readonly Rule[]] => [name, [[/^(\w+): '?([^':]+)'?: (?:Cannot open: )?(.+)$/, "$1: can't open '$2': $3"]]]),
  ['nsenter', [[/^nsenter: cannot open (.+): (.+)$/, "nsenter: can't open '$1': $2"]]],
  ['uniq', [[/^uniq: (.+): (No such file or directory|Permission denied)$/, "uniq: can't open '$1': $2"]]],
  ['sort', [[/^sort: cannot read: '?(.+?)'?: (.+)$/, 'sort: $1: $2']]],
  ['find', [[/^find: missing argument to `(.+)'$/, 'find: $1 requires an argument'], [/^find: '(.+)': (.+)$/, 'find: $1: $2'], [/^find: unknown predicate `(.+)'$/, 'find: unrecognized: $1']]],
  ['sleep', [[/^sleep: invalid time interval '(.+)'$/, "sleep: invalid number '$1'"]]],
  ['kill', [[/^\S*kill: \((-?\d+)\): (.+)$/, "kill: can't kill pid $1: $2"], [/^\S*kill: failed to parse argument: '(.+)'$/, "kill: invalid number '$1'"],
    [/^\S*kill: invalid argument (.)$/, "kill: bad signal name '$1'"]]],
  ['killall', [[/^(.+): no process found$/, 'killall: $1: no process killed']]],
  ['sysctl', [[/^sysctl: cannot stat \/proc\/sys\/(.+): No such file or directory$/, "sysctl: error: '$1' is an unknown key"],
    [/^sysctl: permission denied on key ["'](.+)["']$/, "sysctl: error setting key '$1': Permission denied"], [/^sysctl: setting key "(.+)": (.+)$/, "sysctl: error setting key '$1': $2"]]],
  ['chroot', [[/^chroot: cannot change root directory to '(.+)': (.+)$/, "chroot: can't change root directory to '$1': $2"],
    [/^chroot: failed to run command '(.+)': (.+)$/, "chroot: can't execute '$1': $2"]]],
  ['env', [[/^env: '(.+)': (.+)$/, "env: can't execute '$1': $2"]]],
  ['timeout', [[/^timeout: failed to run command '(.+)': (.+)$/, "timeout: can't execute '$1': $2"]]],
  ['nohup', [[/^nohup: failed to run command '(.+)': (.+)$/, "nohup: can't execute '$1': $2"]]],
  ['setsid', [[/^setsid: failed to execute (.+): (.+)$/, "setsid: can't execute '$1': $2"]]],
  ['umount', [[/^umount: (.+): not mounted\.$/, "umount: can't unmount $1: Invalid argument"], [/^umount: (.+): no mount point specified\.$/, "umount: can't unmount $1: No such file or directory"],
    [/^umount: (.+): must be superuser to unmount\.$/, "umount: can't unmount $1: Operation not permitted"], [/^umount: (.+): target is busy\.$/, "umount: can't unmount $1: Device or resource busy"]]],
  ['mount', [[/^mount: failed to read mtab: .*/, 'mount: no /proc/mounts'], [/^mount: .+: (?:permission denied|must be superuser to use mount)\.$/, 'mount: permission denied (are you root?)'],
    [/^mount: (.+): mount point does not exist\.$/, 'mount: mounting on $1 failed: No such file or directory']]],
  ['hostname', [[/^hostname: you must be root to change the host name$/, 'hostname: sethostname: Operation not permitted']]],
  ['mknod', [[/^mknod: (.+): (.+)$/, 'mknod: $1: $2']]],
  ['mkfifo', [[/^mkfifo: cannot create fifo '(.+)': (.+)$/, 'mkfifo: $1: $2']]],
])

/** Help that full programs offer and BusyBox does not. */
const HINT = /^Try '.+' for more information\.$/

function translateLine(applet: string, line: string): string | undefined {
  if (applet === 'dd' && /^\d+ bytes? .*copied, /.test(line)) return undefined
  if (HINT.test(line) || /^ +or {2}'/.test(line)) return undefined
  const plain = line.replace(/[‘’]/g, "'").replace(/^(?:bash|\/\S+\/)(?=\w+: )/, '')
  for (const [pattern, replacement] of RULES.get(applet) ?? []) if (pattern.test(plain)) return plain.replace(pattern, replacement)
  return plain
}

/** The text of one write to standard error, in BusyBox's words. */
export function translateError(applet: string, text: string, usage: string | undefined): string {
  const lines = text.split('\n')
  const out: string[] = []
  for (const line of lines) {
    const translated = translateLine(applet, line)
    if (translated !== undefined) out.push(translated)
    if (/: (?:invalid option -- '.'|unrecognized option '.+'|option requires an argument -- '.')$/.test(line) && usage !== undefined) {
      return `${out.join('\n').replace(/unrecognized option '(.+)'/, 'unrecognized option: $1')}\n${usage}`
    }
  }
  return out.join('\n')
}

/** BusyBox makes the older calls where the programs it is put together from here use those with a directory; a seccomp filter sees the difference. */
function withOlderCall(request: SyscallRequest): SyscallRequest {
  const { nr, args } = request
  const at = nr === 'symlinkat' ? args[1] : args[0]
  if (at !== AT_FDCWD || request.via !== undefined) return request
  switch (nr) {
    case 'unlinkat': return { nr, args, via: (Number(args[2]) & AT_REMOVEDIR) === 0 ? 'unlink' : 'rmdir' }
    case 'mkdirat': return { nr, args, via: 'mkdir' }
    case 'fchmodat': return { nr, args, via: 'chmod' }
    case 'fchownat': return { nr, args, via: (Number(args[4]) & AT_SYMLINK_NOFOLLOW) === 0 ? 'chown' : 'lchown' }
    case 'renameat2': return { nr, args, via: 'rename' }
    case 'linkat': return { nr, args, via: 'link' }
    case 'symlinkat': return { nr, args, via: 'symlink' }
    default: return request
  }
}

/** Runs a program's flow with its writes to descriptor 2 translated. */
export function* withTranslatedErrors(flow: Flow<number>, applet: string, usage: string | undefined, more: readonly Rule[] = []): Flow<number> {
  let result: unknown
  for (;;) {
    const step = flow.next(result)
    if (step.done === true) return step.value
    const request = step.value
    const [fd, data] = request.args
    if (request.nr !== 'write' || fd !== 2 || !(data instanceof Uint8Array)) {
      result = yield withOlderCall(request)
      continue
    }
    const translated: SyscallRequest = { nr: 'write', args: [2, encodeUtf8(more.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), translateError(applet, decodeUtf8(data), usage)))] }
    const written = yield translated
    // the program counts the bytes it gave
    result = typeof written === 'number' ? data.length : written
  }
}
