// nft(8) of nftables 1.0.6: reads commands from its arguments or a file, and sends what changes as one batch.
import { type Errno, isErr } from '../../../abi/errno.ts'
import { NETLINK_ROUTE, type NetlinkDatagram, NLM_F_DUMP, type Link } from '../../../abi/netlink.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readProtocols, readServices } from '../../libc/getservent.ts'
import { parseHosts } from '../../libc/netdb.ts'
import { getgrent, getpwent } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, readToEnd } from '../../libc/unistd.ts'
import type { Command } from './ast.ts'
import { Cache } from './cache.ts'
import { Builder } from './commands.ts'
import type { Names } from './datatype.ts'
import { NFT_HELP } from './help.ts'
import { Lister } from './list.ts'
import { parse } from './parse.ts'
import type { PrintOptions } from './print.ts'
import { NftError, NftGap, showError, type Source } from './source.ts'

export const NFT_SHORT = '+hvVcDd:eE:f:iI:janoNnpsStTuy'
const none = (name: string, is: string, unsimulatedOption = false): LongOption => ({ name, arg: 'none', is, ...(unsimulatedOption ? { unsimulated: true } : {}) })
export const NFT_LONG: readonly LongOption[] = [
  none('help', 'h'), none('version', 'v'), none('check', 'c'), { name: 'file', arg: 'required', is: 'f' }, { name: 'define', arg: 'required', is: 'D', unsimulated: true }, none('interactive', 'i', true),
  { name: 'includepath', arg: 'required', is: 'I' }, none('numeric', 'n'), none('stateless', 's'), none('reversedns', 'N'), none('service', 'S', true), { name: 'debug', arg: 'required', is: 'd', unsimulated: true },
  none('handle', 'a'), none('echo', 'e', true), none('json', 'j', true), none('guid', 'u', true), none('numeric-priority', 'y'), none('numeric-protocol', 'p'), none('numeric-time', 'T'), none('terse', 't'), none('optimize', 'o', true),
]
const VERSION = 'nftables v1.0.6 (Lester Gooch #5)\n'

function* readLinks(): Flow<readonly Link[]> {
  const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
  if (isErr(fd)) return []
  const sent = yield* call('sendmsg', fd, { type: 'RTM_GETLINK', flags: NLM_F_DUMP })
  const replies = isErr(sent) ? sent : yield* call('recvmsg', fd, 0)
  yield* call('close', fd)
  return isErr(replies) ? [] : (replies as NetlinkDatagram).flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link] : []))
}
function* readNames(): Flow<Names> {
  const hosts = yield* readFile('/etc/hosts')
  return {
    services: yield* readServices(), protocols: yield* readProtocols(), hosts: isErr(hosts) ? [] : parseHosts(hosts), links: yield* readLinks(),
    users: new Map((yield* getpwent()).map((u) => [u.name, u.uid])), groups: new Map((yield* getgrent()).map((g) => [g.name, g.gid])),
  }
}

interface Run { readonly c: Crt; readonly source: Source; readonly check: boolean; readonly options: PrintOptions }

function* fail({ c, source }: Run, errors: readonly NftError[]): Flow<number> {
  for (const e of errors) yield* c.stderr.write(showError(source, e))
  return 1
}
function* noCache(c: Crt, errno: Errno): Flow<number> {
  yield* c.stderr.write(`${errno.message} (you must be root)\nnetlink: Error: cache initialization failed: ${errno.message}\n`)
  return 1
}
const isQuery = (cmd: Command): boolean => cmd.verb === 'list' || cmd.verb === 'reset' || cmd.verb === 'get'

function* execute(run: Run): Flow<number> {
  const { c, source } = run
  const parsed = parse(source.text)
  if (parsed.errors.length > 0) return yield* fail(run, parsed.errors)
  const cache = new Cache()
  const refused = yield* cache.load()
  if (refused !== undefined) return yield* noCache(c, refused)
  const names = yield* readNames()
  const builder = new Builder(cache, names)
  const errors: NftError[] = []
  for (const cmd of parsed.commands) {
    if (isQuery(cmd)) continue
    try {
      builder.add(cmd)
    } catch (thrown) {
      if (!(thrown instanceof NftError)) throw thrown
      errors.push(thrown)
    }
  }
  if (errors.length > 0) return yield* fail(run, errors)
  if (builder.batch.changes.length > 0 && !run.check) {
    const answers = yield* cache.nl.commit(builder.batch.changes)
    if (isErr(answers)) return yield* noCache(c, answers)
    if (answers.length > 0) {
      const seen = new Set<string>()
      const told = answers.map(({ index, errno }) => builder.explain(index, errno)).filter((e) => {
        const key = `${e.message} ${e.places[0].start} ${e.places[0].end}`
        return seen.has(key) ? false : seen.add(key)
      })
      return yield* fail(run, told)
    }
  }
  return yield* answerQueries(run, parsed.commands.filter(isQuery), cache, names)
}
function* answerQueries(run: Run, queries: readonly Command[], cache: Cache, names: Names): Flow<number> {
  if (queries.length === 0) return 0
  yield* cache.load()
  const lister = new Lister(run.c, cache, names, run.options)
  for (const cmd of queries) {
    try {
      if (cmd.verb === 'get') throw new NftGap('get element')
      yield* lister.run(cmd)
      if (cmd.verb === 'reset') yield* reset(cache, cmd)
    } catch (thrown) {
      if (!(thrown instanceof NftError)) throw thrown
      return yield* fail(run, [thrown])
    }
  }
  return 0
}
function* reset(cache: Cache, cmd: Command): Flow<void> {
  const { at, name, family } = cmd
  if (cmd.object !== 'counters' && cmd.object !== 'counter' && cmd.object !== 'quotas' && cmd.object !== 'quota') throw new NftGap(`reset ${cmd.object}`)
  const of = family ?? at?.family
  yield* cache.nl.ask({ type: 'NFT_MSG_GETOBJ_RESET', ...(of && { family: of }), ...(at && { table: at.table.name }), ...(name && { name: name.name }) })
}

export const nft = program(function* main(c) {
  const { options, operands } = getoptLong(c.argv, NFT_SHORT, NFT_LONG, 'Diedju oS'.replace(' ', ''))
  const flags = new Set<string>()
  let file: string | undefined
  for (const event of options) {
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if ('error' in event) {
      yield* c.stderr.write(`${c.name}: ${event.error}\n`)
      return 1
    }
    if (event.opt === 'h') {
      yield* c.stdout.write(NFT_HELP)
      return 0
    }
    if (event.opt === 'v' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'v' ? VERSION : `${VERSION}  cli:\t\teditline\n  json:\t\tyes\n  minigmp:\tno\n  libxtables:\tyes\n`)
      return 0
    }
    flags.add(event.opt)
    if (event.opt === 'f') file = event.arg
  }
  const printing: PrintOptions = { handles: flags.has('a'), stateless: flags.has('s'), numericPriority: flags.has('y'), numericProtocol: flags.has('n') || flags.has('p') }
  let source: Source
  if (operands.length > 0) source = { text: operands.join(' '), file: undefined }
  else if (file !== undefined) {
    const text = file === '-' || file === '/dev/stdin' ? yield* readToEnd(0) : yield* readFile(file)
    if (isErr(text)) {
      yield* c.stderr.write(`internal:0:0-0: Error: Could not open file "${file}": ${text.message}\n\n\n`)
      return 1
    }
    source = { text: typeof text === 'string' ? text : decodeUtf8(text), file: file === '-' ? '/dev/stdin' : file }
  } else {
    yield* c.stderr.write(`${c.name}: no command specified\n`)
    return 1
  }
  try {
    return yield* execute({ c, source, check: flags.has('c'), options: printing })
  } catch (thrown) {
    if (thrown instanceof NftGap) return yield* unsimulated(c, thrown.what)
    throw thrown
  }
})
