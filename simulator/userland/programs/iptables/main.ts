// One program under many names (xtables-nft-multi): iptables, ip6tables, their -save and -restore. -translate. ebtables, arptables and iptables-restore-translate are not simulated.
import type { IpFamily } from '../../../abi/netlink.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { parseHosts } from '../../libc/netdb.ts'
import { getgrent, getpwent } from '../../libc/pwd.ts'
import { readProtocols, readServices } from '../../libc/getservent.ts'
import { readFile } from '../../libc/unistd.ts'
import { isErr } from '../../../abi/errno.ts'
import { Runner } from './commands.ts'
import { BAD_POLICY, Handle, NftFailure } from './handle.ts'
import { HELP } from './help.ts'
import { BadArgument } from './command-line.ts'
import { parseCommand } from './parse.ts'
import { restore } from './restore.ts'
import { save } from './save.ts'
import { translate } from './translate.ts'
import { Gap, type Names, OTHER_PROBLEM, PARAMETER_PROBLEM, VERSION_PROBLEM, XtError } from './types.ts'

const VERSION = 'v1.8.9 (nf_tables)'

function* readNames(): Flow<Names> {
  const hosts = yield* readFile('/etc/hosts')
  return {
    services: yield* readServices(), protocols: yield* readProtocols(), hosts: isErr(hosts) ? [] : parseHosts(hosts),
    users: new Map((yield* getpwent()).map((u) => [u.name, u.uid])), groups: new Map((yield* getgrent()).map((g) => [g.name, g.gid])),
  }
}

/** Ends as iptables ends: the message, what follows it by its kind, and the status. `line`: of the input of iptables-restore. */
export function* report(c: Crt, name: string, thrown: unknown, line?: number): Flow<number> {
  const hint = `${line === undefined ? '' : `Error occurred at line: ${line}\n`}Try \`${name} -h' or '${name} --help' for more information.\n`
  if (thrown instanceof XtError) {
    const tail = thrown.status === PARAMETER_PROBLEM ? hint : thrown.status === VERSION_PROBLEM ? 'Perhaps iptables or your kernel needs to be upgraded.\n' : ''
    yield* c.stderr.write(`${name} ${VERSION}: ${thrown.message}\n${tail}`)
    return thrown.status
  }
  if (thrown instanceof BadArgument) {
    yield* c.stderr.write(`Bad argument \`${thrown.word}'\n${hint}`)
    return PARAMETER_PROBLEM
  }
  if (thrown instanceof NftFailure) {
    const help = thrown.text === BAD_POLICY && line === undefined ? ' Run `dmesg\' for more information.' : ''
    yield* c.stderr.write(`${name}: ${line === undefined ? '' : `line ${line} failed: `}${thrown.text}.${help}\n`)
    return OTHER_PROBLEM
  }
  if (thrown instanceof Gap) return yield* unsimulated(c, thrown.what)
  throw thrown
}

function* iptables(c: Crt, name: string, family: IpFamily): Flow<number> {
  const names = yield* readNames()
  try {
    const command = parseCommand({ args: c.argv.slice(1), family, names })
    if (command.letter === 'V') {
      yield* c.stdout.write(`${name} ${VERSION}\n`)
      return 0
    }
    if (command.letter === 'h') {
      yield* c.stdout.write(HELP.replaceAll('PROGRAM', name).replace('FRAGMENTS\n', family === 'inet' ? '[!] --fragment\t-f\t\tmatch second or further fragments only\n' : ''))
      return 0
    }
    const handle = new Handle(family)
    yield* new Runner(c, handle, names).run(command)
    yield* handle.commit()
    return 0
  } catch (thrown) {
    return yield* report(c, name, thrown)
  }
}

export const xtablesNftMulti = program(function* main(c) {
  const match = /^(ip6?tables)(-nft)?(-save|-restore|-translate)?$/.exec(c.name)
  if (match === null) return yield* unsimulated(c, c.name)
  const [, base, , kind] = match
  const family: IpFamily = base === 'ip6tables' ? 'inet6' : 'inet'
  if (kind === '-save') return yield* save(c, `${base}-save`, family, VERSION, readNames)
  if (kind === '-restore') return yield* restore(c, `${base}-restore`, family, VERSION, readNames)
  if (kind === '-translate') return yield* translate(c, `${base}-translate`, family, yield* readNames())
  return yield* iptables(c, base, family)
})
