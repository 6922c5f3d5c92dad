// whoami(1), logname(1), groups(1), tty(1), arch(1), nproc(1), hostid(1): commands that print one fact about the caller or the machine.
import { isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, warn } from '../../libc/err.ts'
import { IdNames, getgrouplist, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readFile, readlink } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, noMoreOperands, parseArgs } from './command.ts'

export const whoami = command('whoami', 'print the name of the effective user', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* noMoreOperands(c, operands, 0)
  const uid = yield* call('geteuid')
  if (isErr(uid)) return yield* fail(c, 1, 'cannot get effective user ID', uid)
  const name = yield* new IdNames().user(uid)
  if (name === undefined) return yield* fail(c, 1, `cannot find name for user ID ${uid}`)
  yield* c.stdout.write(`${name}\n`)
  return 0
})

export const logname = command('logname', 'print the name the user logged in with', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* noMoreOperands(c, operands, 0)
  const uid = yield* readFile('/proc/self/loginuid')
  const name = isErr(uid) ? undefined : yield* new IdNames().user(Number(uid))
  if (name === undefined) return yield* fail(c, 1, 'no login name')
  yield* c.stdout.write(`${name}\n`)
  return 0
})

export const groups = command('groups', 'print the groups a user is in', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  const names = new IdNames()
  let status = 0
  const lines: { readonly prefix: string; readonly gids: readonly number[] }[] = []
  if (operands.length === 0) {
    const [gid, egid, list] = [yield* call('getgid'), yield* call('getegid'), yield* call('getgroups')]
    if (isErr(gid) || isErr(egid) || isErr(list)) return 1
    lines.push({ prefix: '', gids: [...new Set([gid, egid, ...list])] })
  }
  for (const operand of operands) {
    const user = yield* getpwnam(operand)
    if (user === undefined) {
      yield* warn(c, `${quote(operand)}: no such user`)
      status = 1
      continue
    }
    lines.push({ prefix: `${operand} : `, gids: yield* getgrouplist(user.name, user.gid) })
  }
  for (const { prefix, gids } of lines) {
    const words: string[] = []
    for (const gid of gids) {
      const name = yield* names.group(gid)
      if (name === undefined) {
        yield* warn(c, `cannot find name for group ID ${gid}`)
        status = 1
      }
      words.push(name ?? String(gid))
    }
    yield* c.stdout.write(`${prefix}${words.join(' ')}\n`)
  }
  return status
})

const ttyOptions = { short: 's', long: [{ name: 'silent', arg: 'none', is: 's' }, { name: 'quiet', arg: 'none', is: 's' }] } as const

export const tty = command('tty', 'print the name of the terminal', ttyOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, ttyOptions, 2)
  yield* noMoreOperands(c, operands, 0, 2)
  const silent = options.length > 0
  if (!(yield* isatty(0))) {
    if (!silent) yield* c.stdout.write('not a tty\n')
    return 1
  }
  const name = yield* readlink('/proc/self/fd/0')
  if (!silent) yield* c.stdout.write(`${isErr(name) ? 'not a tty' : name}\n`)
  return 0
})

export const arch = command('arch', "print the machine's architecture", NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* noMoreOperands(c, operands, 0)
  const uts = yield* call('uname')
  if (!isErr(uts)) yield* c.stdout.write(`${uts.machine}\n`)
  return 0
})

const nprocOptions = { short: '', long: [{ name: 'all', arg: 'none' }, { name: 'ignore', arg: 'required' }] } as const

export const nproc = command('nproc', 'print the number of processors', nprocOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, nprocOptions)
  yield* noMoreOperands(c, operands, 0)
  const ignore = options.findLast((o) => o.opt === 'ignore')?.arg
  if (ignore !== undefined && !/^\d+$/.test(ignore)) return yield* fail(c, 1, `invalid number: ${quote(ignore)}`)
  const cpuinfo = yield* readFile('/proc/cpuinfo')
  const count = isErr(cpuinfo) ? 1 : (cpuinfo.match(/^processor\s*:/gm)?.length ?? 1)
  yield* c.stdout.write(`${Math.max(1, count - Number(ignore ?? 0))}\n`)
  return 0
})

export const hostid = command('hostid', "print the host's numeric identifier", NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* noMoreOperands(c, operands, 0)
  const uts = yield* call('uname')
  const hosts = yield* readFile('/etc/hosts')
  const line = isErr(hosts) || isErr(uts) ? undefined : hosts.split('\n').map((l) => l.split(/\s+/)).find(([address, ...names]) => /^\d+\./.test(address) && names.includes(uts.nodename))
  const [a, b, d, e] = (line?.[0] ?? '0.0.0.0').split('.').map(Number)
  yield* c.stdout.write(`${[b, a, e, d].map((n) => n.toString(16).padStart(2, '0')).join('')}\n`)
  return 0
})
