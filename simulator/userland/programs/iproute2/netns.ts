// ip netns: network namespaces with names. A name is a file in /run/netns with the namespace bind-mounted on it (ip-netns(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_EXCL, O_RDONLY } from '../../../abi/fcntl.ts'
import { MNT_DETACH, MS_BIND, MS_REC, MS_SHARED, MS_SLAVE } from '../../../abi/mount.ts'
import { CLONE_NEWNET, CLONE_NEWNS } from '../../../abi/sched.ts'
import { NLM_F_DUMP } from '../../../abi/netlink.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, mkdir, open, readDir, stat, unlink, waitpid } from '../../libc/unistd.ts'
import { nameOfNetnsid, NETNS_DIR, netnsidOf, netnsNames } from './netns-names.ts'
import { type IpOptions, type Json, printJson } from './output.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { unknownCommand, type Words, matches, wrong } from './words.ts'

const COMMANDS = ['list', 'show', 'lst', 'add', 'attach', 'set', 'delete', 'identify', 'pids', 'exec', 'monitor', 'list-id', 'help']

export function* ipNetns(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'list' : matches(word, COMMANDS)
  const name = words.peek()
  if (command === 'help') return yield* die(c, EXIT_USAGE, NETNS_USAGE)
  if (command === 'list' || command === 'show' || command === 'lst') return yield* list(c, o, rtnl)
  if (command === 'identify') return yield* identify(c, name)
  if (command === undefined) return yield* unknownCommand(c, word ?? '', 'netns')
  if (command === 'monitor') return yield* unsimulated(c, "'ip netns monitor'")
  if (command === 'list-id') return yield* listIds(c, o, rtnl, words)
  if (command === 'attach' && words.rest().length < 2) return yield* die(c, 1, 'No netns name and PID specified')
  if (command === 'delete' && o.all) return yield* deleteAll(c)
  if (command === 'exec' && o.all) return yield* execAll(c, words.rest())
  if (name === undefined) return yield* die(c, 1, 'No netns name specified')
  words.shift()
  if (command === 'set') return yield* setId(c, rtnl, name, words)
  if (/\//.test(name) || name === '' || name === '.' || name === '..') return yield* die(c, EXIT_USAGE, `Invalid netns name "${name}"`)
  if (command === 'add') return yield* add(c, name)
  if (command === 'attach') return yield* attach(c, name, words)
  if (command === 'delete') return yield* remove(c, name)
  if (command === 'pids') return yield* pids(c, name)
  return yield* exec(c, name, words.rest())
}

const NETNS_USAGE = `Usage:\tip netns list
\tip netns add NAME
\tip netns attach NAME PID
\tip netns set NAME NETNSID
\tip [-all] netns delete [NAME]
\tip netns identify [PID]
\tip netns pids NAME
\tip [-all] netns exec [NAME] cmd ...
\tip netns monitor
\tip netns list-id [target-nsid POSITIVE-INT] [nsid POSITIVE-INT]
NETNSID := auto | POSITIVE-INT`

function* list(c: Crt, o: IpOptions, rtnl: Rtnl): Flow<number> {
  const json: Json[] = []
  for (const name of yield* netnsNames()) {
    // The real one asks twice, for its cache of names and for the line, and complains twice.
    for (let again = 0; again < 2; again++) {
      const bad = yield* netnsidOf(rtnl, name)
      if (typeof bad === 'string') yield* c.stderr.write(`Error: ${bad.replace(/\.$/, '')}.\n`)
    }
    const id = yield* netnsidOf(rtnl, name)
    json.push({ name, ...(typeof id === 'number' ? { id } : {}) })
    if (!o.json) yield* c.stdout.write(`${name}${typeof id === 'number' ? ` (id: ${id})` : ''}\n`)
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

/** The ids by which this namespace knows others. */
function* listIds(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let nsid: number | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'nsid') nsid = yield* words.unsigned('"nsid" value is invalid\n')
    else if (word === 'target-nsid') return yield* unsimulated(c, "'ip netns list-id target-nsid'")
    else return yield* unknownCommand(c, word, 'netns')
  }
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETNSID', flags: nsid === undefined ? NLM_F_DUMP : 0, ...(nsid === undefined ? {} : { nsid }) })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    return EXIT_KERNEL
  }
  const json: Json[] = []
  for (const reply of replies) {
    if (reply.type !== 'RTM_NEWNSID') continue
    const name = yield* nameOfNetnsid(rtnl, reply.nsid)
    json.push({ nsid: reply.nsid, ...(name === undefined ? {} : { name }) })
    if (!o.json) yield* c.stdout.write(`nsid ${reply.nsid} ${name === undefined ? '' : `(iproute2 netns name: ${name})`}\n`)
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

/** /run/netns must be a shared mount point, so that a namespace added here appears in every mount namespace. */
function* prepareDirectory(c: Crt): Flow<void> {
  const made = yield* mkdir(NETNS_DIR, 0o755)
  if (isErr(made) && made !== E.EEXIST) yield* die(c, 1, `mkdir ${NETNS_DIR} failed: ${made.message}`)
  let shared = yield* call('mount', '', NETNS_DIR, 'none', MS_SHARED | MS_REC, '')
  if (shared === E.EINVAL) {
    const bound = yield* call('mount', NETNS_DIR, NETNS_DIR, 'none', MS_BIND | MS_REC, '')
    if (isErr(bound)) yield* die(c, 1, `mount --bind ${NETNS_DIR} ${NETNS_DIR} failed: ${bound.message}`)
    shared = yield* call('mount', '', NETNS_DIR, 'none', MS_SHARED | MS_REC, '')
  }
  if (isErr(shared)) yield* die(c, 1, `mount --make-shared ${NETNS_DIR} failed: ${shared.message}`)
}

function* createFile(c: Crt, path: string): Flow<void> {
  yield* prepareDirectory(c)
  const fd = yield* open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)
  if (isErr(fd)) return yield* die(c, 1, `Cannot create namespace file "${path}": ${fd.message}`)
  yield* close(fd)
}

function* add(c: Crt, name: string): Flow<number> {
  const path = `${NETNS_DIR}/${name}`
  yield* createFile(c, path)
  const own = yield* open('/proc/self/ns/net', O_RDONLY | O_CLOEXEC)
  const made = yield* call('unshare', CLONE_NEWNET)
  if (isErr(made)) {
    yield* remove(c, name)
    return yield* die(c, 1, `Failed to create a new network namespace "${name}": ${made.message}`)
  }
  const bound = yield* call('mount', '/proc/self/ns/net', path, 'none', MS_BIND, '')
  if (!isErr(own)) yield* call('setns', own, CLONE_NEWNET)
  if (!isErr(bound)) return 0
  yield* remove(c, name)
  return yield* die(c, 1, `Bind /proc/self/ns/net -> ${path} failed: ${bound.message}`)
}

function* attach(c: Crt, name: string, words: Words): Flow<number> {
  const pid = words.shift()
  if (pid === undefined || !/^\d+$/.test(pid)) return yield* die(c, 1, `Invalid PID: ${pid ?? ''}`)
  const path = `${NETNS_DIR}/${name}`
  yield* createFile(c, path)
  const bound = yield* call('mount', `/proc/${pid}/ns/net`, path, 'none', MS_BIND, '')
  if (!isErr(bound)) return 0
  yield* remove(c, name)
  return yield* die(c, 1, `Bind /proc/${pid}/ns/net -> ${path} failed: ${bound.message}`)
}

function* remove(c: Crt, name: string): Flow<number> {
  const path = `${NETNS_DIR}/${name}`
  yield* call('umount2', path, MNT_DETACH)
  const removed = yield* unlink(path)
  return isErr(removed) ? yield* die(c, 1, `Cannot remove namespace file "${path}": ${removed.message}`) : 0
}

function* deleteAll(c: Crt): Flow<number> {
  for (const name of yield* netnsNames()) yield* remove(c, name)
  return 0
}

/** Which names has the network namespace of a process (our own without a PID)? */
function* identify(c: Crt, pid: string | undefined): Flow<number> {
  if (pid !== undefined && !/^\d+$/.test(pid)) return yield* die(c, 1, `Specified string '${pid}' is not a pid`)
  const own = yield* stat(`/proc/${pid ?? 'self'}/ns/net`)
  if (isErr(own)) return yield* die(c, 1, `Cannot open network namespace: ${own.message}`)
  let found = false
  for (const name of yield* netnsNames()) {
    const st = yield* stat(`${NETNS_DIR}/${name}`)
    if (isErr(st) || st.ino !== own.ino || st.dev !== own.dev) continue
    found = true
    yield* c.stdout.write(`${name}\n`)
  }
  if (!found) yield* c.stdout.write('\n')
  return 0
}

function* pids(c: Crt, name: string): Flow<number> {
  const path = `${NETNS_DIR}/${name}`
  const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return yield* die(c, 1, `Cannot open network namespace: ${fd.message}`)
  const target = yield* stat(path)
  const entries = yield* readDir('/proc')
  for (const entry of isErr(entries) ? [] : entries) {
    if (!/^\d+$/.test(entry.name)) continue
    const st = yield* stat(`/proc/${entry.name}/ns/net`)
    if (!isErr(st) && !isErr(target) && st.ino === target.ino && st.dev === target.dev) yield* c.stdout.write(`${entry.name}\n`)
  }
  return 0
}

function* setId(c: Crt, rtnl: Rtnl, name: string, words: Words): Flow<number> {
  const id = words.shift()
  if (id === undefined) return yield* die(c, 1, 'No nsid specified')
  const nsid = id === 'auto' ? -1 : Number(id)
  if (!Number.isInteger(nsid) || (nsid < 0 && id !== 'auto')) return yield* wrong(c, id, 'Invalid "netnsid" value')
  const fd = yield* open(`${NETNS_DIR}/${name}`, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return yield* die(c, 1, `Cannot open network namespace "${name}": ${fd.message}`)
  return yield* rtnl.talk({ type: 'RTM_NEWNSID', flags: 0, fd, nsid })
}

/** Enters a named namespace with a mount namespace of its own, in which /sys and the files of /etc/netns/NAME fit it. */
export function* switchNetns(c: Crt, name: string): Flow<void> {
  const fd = yield* open(`${NETNS_DIR}/${name}`, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return yield* die(c, EXIT_USAGE, `Cannot open network namespace "${name}": ${fd.message}`)
  const entered = yield* call('setns', fd, CLONE_NEWNET)
  if (isErr(entered)) return yield* die(c, EXIT_USAGE, `setting the network namespace "${name}" failed: ${entered.message}`)
  yield* close(fd)
  const unshared = yield* call('unshare', CLONE_NEWNS)
  if (isErr(unshared)) return yield* die(c, EXIT_USAGE, `unshare failed: ${unshared.message}`)
  const slave = yield* call('mount', '', '/', 'none', MS_SLAVE | MS_REC, '')
  if (isErr(slave)) return yield* die(c, EXIT_USAGE, `"mount --make-rslave /" failed: ${slave.message}`)
  yield* call('umount2', '/sys', MNT_DETACH)
  const sys = yield* call('mount', name, '/sys', 'sysfs', 0, '')
  if (isErr(sys)) return yield* die(c, EXIT_USAGE, `mount of /sys failed: ${sys.message}`)
  yield* bindEtc(c, name)
}

function* bindEtc(c: Crt, name: string): Flow<void> {
  const dir = `/etc/netns/${name}`
  const entries = yield* readDir(dir)
  for (const entry of isErr(entries) ? [] : entries) {
    if (entry.name === '.' || entry.name === '..') continue
    const bound = yield* call('mount', `${dir}/${entry.name}`, `/etc/${entry.name}`, 'none', MS_BIND, '')
    if (isErr(bound)) yield* c.stderr.write(`Bind ${dir}/${entry.name} -> /etc/${entry.name} failed: ${bound.message}\n`)
  }
}

/** `ip -all netns exec`: the command in each named namespace, one after the other. */
function* execAll(c: Crt, command: readonly string[]): Flow<number> {
  if (command.length === 0) return yield* die(c, 1, 'No command specified')
  let status = 0
  for (const name of yield* netnsNames()) {
    yield* c.stdout.write(`\nnetns: ${name}\n`)
    yield* c.stdout.flush()
    const pid = yield* forkChild(c, (child) => exec(child, name, command))
    const result = isErr(pid) ? pid : yield* waitpid(pid)
    if (isErr(result) || result.status !== 0) status = 1
  }
  return status
}

function* exec(c: Crt, name: string, command: readonly string[]): Flow<number> {
  if (command.length === 0) return yield* die(c, 1, 'No command specified')
  yield* switchNetns(c, name)
  yield* c.stdout.flush()
  const error = yield* execvpe(command[0], command, envStrings(c.env))
  return yield* die(c, 1, `exec of "${command[0]}" failed: ${error.message}`)
}
