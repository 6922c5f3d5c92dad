// dockerd(8): starts containerd, sets up the network, serves the API on /var/run/docker.sock, ends its containers when told to end.
import { isErr } from '../../../../abi/errno.ts'
import { O_RDWR } from '../../../../abi/fcntl.ts'
import { PR_SET_PDEATHSIG } from '../../../../abi/sched.ts'
import { SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGTERM } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { type Crt, program } from '../../../libc/crt.ts'
import { unsimulated } from '../../../libc/err.ts'
import { GoRuntime, Signal } from '../../../libc/goroutine.ts'
import { getgrnam, getpwnam } from '../../../libc/pwd.ts'
import { call } from '../../../libc/syscall.ts'
import { access, chmod, execvpe, kill, open, readFile, sigaction, unlink, waitpid } from '../../../libc/unistd.ts'
import { DOCKER_SOCKET, DOCKER_VERSION } from '../api.ts'
import { ApiError } from './api-error.ts'
import { Daemon, type Remap } from './daemon.ts'
import { type DaemonConfig, isProblem, readConfig } from './daemon-config.ts'
import { serveConnection } from './http-server.ts'
import { loadDefaultProfile } from './apparmor.ts'
import { route } from './router.ts'
import { bringBack, leaveContainers, loadAll } from './restore.ts'
import { mkdirAll, putFile, runProgram, timestamp } from './util.ts'

const PID_FILE = '/var/run/docker.pid'
/** Options of dockerd(8), which can also stand in daemon.json. */
const OPTIONS = new Set(`add-runtime allow-nondistributable-artifacts api-cors-header authorization-plugin bip b bridge cgroup-parent config-file containerd containerd-namespace cpu-rt-period data-root D debug
  default-address-pool default-cgroupns-mode default-gateway default-runtime default-shm-size default-ulimit dns dns-opt dns-search exec-opt exec-root experimental fixed-cidr G group help H host icc init init-path
  insecure-registry ip ip-forward ip-masq ip6tables iptables ipv6 label live-restore log-driver l log-level log-opt max-concurrent-downloads mtu no-new-privileges p pidfile raw-logs registry-mirror seccomp-profile
  selinux-enabled shutdown-timeout s storage-driver storage-opt tls tlscacert tlscert tlskey tlsverify userland-proxy userland-proxy-path userns-remap`.split(/\s+/))
const CONTAINERD_DIRECTORY = '/var/run/docker/containerd'

/** What a store of a mapping has besides containers and images. */
const ROOT_DIRECTORIES: readonly (readonly [string, number])[] = [
  ['buildkit', 0o711], ['containerd', 0o700], ['image', 0o700], ['network', 0o750], ['plugins', 0o700], ['runtimes', 0o700], ['swarm', 0o700], ['tmp', 0o700], ['trust', 0o700],
]

function* log(c: Crt, level: string, message: string): Flow<void> {
  yield* c.stderr.write(`time="${yield* timestamp()}" level=${level} msg=${JSON.stringify(message)}\n`)
}

/** Only one daemon at a time. */
function* claimPidFile(): Flow<string | undefined> {
  const text = yield* readFile(PID_FILE)
  const pid = isErr(text) ? 0 : Number(text)
  if (pid > 0 && !isErr(yield* access(`/proc/${pid}`, 0))) return `failed to start daemon: pid file found, ensure docker is not running or delete ${PID_FILE}`
  const own = yield* call('getpid')
  yield* putFile(PID_FILE, String(isErr(own) ? 0 : own))
  return undefined
}

/** userns-remap: `default` is the user dockremap, made if need be; otherwise `USER[:GROUP]`. */
function* remapOf(wanted: string): Flow<Remap | string> {
  const name = wanted === 'default' ? 'dockremap' : wanted.split(':')[0]
  if (wanted === 'default' && (yield* getpwnam(name)) === undefined) {
    yield* runProgram(['/usr/sbin/groupadd', '--system', 'dockremap'])
    yield* runProgram(['/usr/sbin/useradd', '--system', '--no-create-home', '--home-dir', '/home/dockremap', '-g', 'dockremap', '--shell', '/bin/false', 'dockremap'])
    for (const file of ['/etc/subuid', '/etc/subgid']) {
      const text = yield* readFile(file)
      if (!isErr(text) && !text.split('\n').some((l) => l.startsWith('dockremap:'))) yield* putFile(file, `${text}dockremap:${nextRange(text)}:65536\n`)
    }
  }
  const user = /^\d+$/.test(name) ? name : (yield* getpwnam(name))?.name
  if (user === undefined) return `Error during uid lookup for ${JSON.stringify(name)}: getent unable to find entry ${JSON.stringify(name)} in passwd database`
  const range = function* (file: string): Flow<readonly [number, number] | undefined> {
    const text = yield* readFile(file)
    const line = isErr(text) ? undefined : text.split('\n').find((l) => l.startsWith(`${name}:`))
    return line === undefined ? undefined : [Number(line.split(':')[1]), Number(line.split(':')[2])]
  }
  const uids = yield* range('/etc/subuid')
  const gids = yield* range('/etc/subgid')
  if (uids === undefined || gids === undefined) return `failed to start daemon: Can't create ID mappings: no subuid ranges found for user "${name}"`
  return { uid: uids[0], gid: gids[0], size: Math.min(uids[1], gids[1]), user: name }
}
const nextRange = (text: string): number => {
  const ends = text.split('\n').filter((l) => l.includes(':')).map((l) => Number(l.split(':')[1]) + Number(l.split(':')[2]))
  return Math.max(100000, ...ends)
}

function* startContainerd(): Flow<number> {
  yield* mkdirAll(CONTAINERD_DIRECTORY, 0o700)
  yield* mkdirAll('/var/run/docker/netns', 0o755)
  yield* putFile(`${CONTAINERD_DIRECTORY}/containerd.toml`, 'root = "/var/lib/docker/containerd/daemon"\nstate = "/var/run/docker/containerd/daemon"\n', 0o600)
  const argv = ['containerd', '--config', '/var/run/docker/containerd/containerd.toml', '--log-level', 'info']
  const pid = yield* call('clone', 0, function* () {
    const nothing = yield* open('/dev/null', O_RDWR)
    if (!isErr(nothing)) yield* call('dup2', nothing, 0)
    yield* call('close_range', 3, 4294967295, 0)
    yield* call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    yield* execvpe('/usr/bin/containerd', argv, ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'])
    return 127
  })
  return isErr(pid) ? 0 : pid
}

function* listen(): Flow<number | string> {
  yield* unlink(DOCKER_SOCKET)
  const fd = yield* call('socket', 'unix', 'stream|cloexec', 0)
  if (isErr(fd)) return fd.message
  const mask = yield* call('umask', 0o117)
  const bound = yield* call('bind', fd, { family: 'unix', path: DOCKER_SOCKET })
  yield* call('umask', isErr(mask) ? 0o022 : mask)
  if (isErr(bound)) return `can't create unix socket ${DOCKER_SOCKET}: ${bound.message.toLowerCase()}`
  const group = yield* getgrnam('docker')
  yield* call('fchownat', -100, DOCKER_SOCKET, 0, group?.gid ?? 0, 0)
  yield* call('fchmodat', -100, DOCKER_SOCKET, 0o660)
  yield* call('listen', fd, 128)
  return fd
}

function* main(c: Crt): Flow<number> {
  const [, first] = c.argv
  if (first === '--version' || first === '-v') {
    yield* c.stdout.write(`Docker version ${DOCKER_VERSION}, build 5d6db84\n`)
    return 0
  }
  if (first !== undefined) {
    const name = first.replace(/^--?/, '').split('=')[0]
    if (OPTIONS.has(name)) return yield* unsimulated(c, `option ${first}`)
    const complaint = first.startsWith('-') ? `Status: unknown flag: ${first}\nSee 'dockerd --help'., Code: 125` : '"dockerd" accepts no argument(s).\nSee \'dockerd --help\'.\n\nUsage:  dockerd [OPTIONS]\n\nA self-sufficient runtime for containers.'
    yield* c.stderr.write(`${complaint}\n`)
    return first.startsWith('-') ? 125 : 1
  }
  const uid = yield* call('geteuid')
  if (uid !== 0) {
    yield* c.stderr.write(`time="${yield* timestamp()}" level=info msg="Starting up"\ndockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/\n`)
    return 1
  }
  const config = yield* readConfig()
  if (isProblem(config)) {
    yield* c.stderr.write(`${config.problem}\n`)
    return config.isUnsimulated ? 95 : 1
  }
  yield* log(c, 'info', 'Starting up')
  const taken = yield* claimPidFile()
  if (taken !== undefined) {
    yield* c.stderr.write(`${taken}\n`)
    return 1
  }
  const wanted = config['userns-remap'] ?? ''
  const remap = wanted === '' ? undefined : yield* remapOf(wanted)
  if (typeof remap === 'string') {
    yield* c.stderr.write(`${remap}\n`)
    yield* unlink(PID_FILE)
    return 1
  }
  const rt = new GoRuntime()
  return yield* rt.run(serve(c, rt, remap, config))
}

function* serve(c: Crt, rt: GoRuntime, remap: Remap | undefined, config: DaemonConfig): Flow<number> {
  const ending = new Signal()
  const state = { isEnding: false }
  // caught, not ignored: what it starts has the default again
  yield* sigaction(SIGPIPE, function* () {})
  for (const sig of [SIGINT, SIGTERM]) {
    yield* sigaction(sig, function* () {
      state.isEnding = true
      ending.wake()
    })
  }
  const reload = new Signal()
  const asked = { reload: false }
  yield* sigaction(SIGHUP, function* () {
    asked.reload = true
    reload.wake()
  })
  const containerd = yield* startContainerd()
  yield* log(c, 'info', 'libcontainerd: started new containerd process')
  const daemon = new Daemon(rt, { remap, id: 'ISOL:AB00:DOCK:ERD0:SIMU:LATE:D000:0000:0000:0000:0000:0001' })
  daemon.isLiveRestore = config['live-restore'] === true
  daemon.hasProxies = config['userland-proxy'] !== false
  daemon.dns = config.dns ?? []
  daemon.labels = config.labels ?? []
  daemon.networks.icc = config.icc !== false
  yield* mkdirAll('/var/lib/docker', 0o710)
  yield* call('fchownat', -100, '/var/lib/docker', 0, remap?.gid ?? 0, 0)
  if (remap !== undefined) {
    yield* chmod('/run/docker', 0o711)
    yield* chmod(CONTAINERD_DIRECTORY, 0o711)
    yield* mkdirAll(daemon.root, 0o710, 0, remap.gid)
    for (const [path, mode] of ROOT_DIRECTORIES) yield* mkdirAll(`${daemon.root}/${path}`, mode)
  }
  yield* mkdirAll(`${daemon.root}/containers`, 0o710, 0, remap?.gid ?? 0)
  yield* daemon.layers.load()
  yield* daemon.images.load()
  yield* daemon.volumes.load()
  yield* log(c, 'info', 'Loading containers: start.')
  try {
    yield* loadAll(daemon)
    yield* daemon.networks.start((id) => daemon.containers.get(id)?.state.running === true)
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    yield* c.stderr.write(`failed to start daemon: ${thrown.message}\n`)
    return 1
  }
  daemon.hasAppArmor = yield* loadDefaultProfile()
  for (const failure of yield* bringBack(daemon)) yield* log(c, 'error', failure)
  yield* log(c, 'info', 'Loading containers: done.')
  const socket = yield* listen()
  if (typeof socket === 'string') {
    yield* c.stderr.write(`failed to load listeners: ${socket}\n`)
    return 1
  }
  yield* log(c, 'info', 'Daemon has completed initialization')
  yield* log(c, 'info', `API listen on ${DOCKER_SOCKET}`)
  rt.go(reloads(c, rt, daemon, asked, reload))
  while (!state.isEnding) {
    yield* rt.readableOr(socket, ending)
    if (state.isEnding) break
    const connection = yield* call('accept4', socket, 0)
    if (!isErr(connection)) rt.go(serveConnection(rt, connection.fd, (x) => route(daemon, x)))
  }
  yield* log(c, 'info', 'Processing signal \'terminated\'')
  yield* shutDown(daemon, containerd)
  return 0
}

/** SIGHUP: what can be changed while the daemon runs is read anew. */
function* reloads(c: Crt, rt: GoRuntime, daemon: Daemon, asked: { reload: boolean }, signal: Signal): Flow<void> {
  for (;;) {
    while (!asked.reload) yield* rt.wait(signal)
    asked.reload = false
    yield* log(c, 'info', 'Got signal to reload configuration, reloading from: /etc/docker/daemon.json')
    const config = yield* readConfig()
    if (isProblem(config)) yield* log(c, 'error', config.problem)
    else {
      daemon.isLiveRestore = config['live-restore'] === true
      daemon.labels = config.labels ?? daemon.labels
    }
  }
}

function* shutDown(daemon: Daemon, containerd: number): Flow<void> {
  yield* leaveContainers(daemon)
  yield* unlink(DOCKER_SOCKET)
  if (containerd > 0) {
    yield* kill(containerd, SIGTERM)
    yield* waitpid(containerd)
  }
  yield* unlink(PID_FILE)
}

export const dockerd = program(main)
