// Building the sandbox's root (bubblewrap.c: setup_newroot): every option in its order, with /oldroot still at hand. See bwrap(1).
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, W_OK } from '../../../abi/fcntl.ts'
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from '../../../abi/mount.ts'
import { isDir, isReg } from '../../../abi/stat.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { access, chmod, close, mkdir, open, readToEnd, stat, symlink, unlink, writeAll } from '../../libc/unistd.ts'
import { bindMount } from './bind.ts'
import { die, must } from './die.ts'
import type { SetupOp } from './options.ts'

export interface NewRoot {
  readonly c: Crt
  /** /proc as it was outside, open */
  readonly procFd: number
  readonly ownPids: boolean
  /** The terminal on standard output, or undefined. */
  readonly tty: string | undefined
}

const BIND_DATA_FILE = '/bindfile'
const octal = (mode: number): string => (mode === 0 ? '0' : `0${mode.toString(8)}`)
const PLAIN = { readonly: false, devices: false, recursive: true }
const under = (root: string, path: string): string => `${root}/${path.replace(/^\/+/, '')}`

function* ensureDir(path: string, mode: number): Flow<Errno | undefined> {
  const st = yield* stat(path)
  if (!isErr(st)) return isDir(st.mode) ? undefined : E.ENOTDIR
  const made = yield* mkdir(path, mode)
  return isErr(made) && made !== E.EEXIST ? made : undefined
}

function* ensureFile(path: string, mode: number): Flow<Errno | undefined> {
  const st = yield* stat(path)
  if (!isErr(st) && isReg(st.mode)) return undefined
  return yield* createFile(path, mode)
}

function* createFile(path: string, mode: number): Flow<Errno | undefined> {
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
  if (isErr(fd)) return fd
  yield* close(fd)
  return undefined
}

/** mkdir_with_parents, without the last component. */
function* ensureParents(path: string, mode: number): Flow<Errno | undefined> {
  for (let slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const error = yield* ensureDir(path.slice(0, slash), mode)
    if (error !== undefined) return error
  }
  return undefined
}

function* failIf(c: Crt, error: Errno | undefined, message: string): Flow<void> {
  if (error !== undefined) yield* die(c, message, error)
}

/** Parents are closed to those who could not enter what is made in them; options without a mode count as 0. */
function parentMode(op: SetupOp): number {
  const perms = 'perms' in op ? op.perms : 0
  return 0o755 & ~((perms & 0o070) === 0 ? 0o050 : 0) & ~((perms & 0o007) === 0 ? 0o005 : 0)
}

export function* setUpNewRoot(root: NewRoot, ops: readonly SetupOp[]): Flow<void> {
  for (const op of ops) yield* step(root, op)
}

function* step(root: NewRoot, op: SetupOp): Flow<void> {
  const { c, procFd } = root
  if (op.type === 'hostname') {
    yield* must(c, yield* call('sethostname', op.name), `Can't set hostname to ${op.name}`)
    return
  }
  if (op.type === 'bind' && op.source === undefined) return
  const source = op.type === 'bind' ? under('/oldroot', op.source ?? '') : undefined
  const sourceStat = source === undefined || op.type !== 'bind' ? undefined : yield* must(c, yield* stat(source), `Can't get type of source ${op.source}`)
  const dest = under('/newroot', op.dest)
  if (op.type !== 'remount-ro' && op.type !== 'chmod') yield* failIf(c, yield* ensureParents(dest, parentMode(op)), `Can't mkdir parents for ${op.dest}`)
  const directory = function* (mode: number): Flow<void> {
    yield* failIf(c, yield* ensureDir(dest, mode), `Can't mkdir ${op.dest}`)
  }
  switch (op.type) {
    case 'bind':
      if (sourceStat !== undefined && isDir(sourceStat.mode)) yield* directory(0o755)
      else yield* failIf(c, yield* ensureFile(dest, 0o444), `Can't create file at ${op.dest}`)
      return yield* bind(root, source ?? '', dest, { ...op, recursive: true })
    case 'remount-ro':
      return yield* bindMount(c, procFd, undefined, dest, { ...PLAIN, readonly: true, recursive: false }, `Can't remount readonly on ${dest}`)
    case 'proc':
      yield* directory(0o755)
      return yield* mountProc(root, dest)
    case 'dev':
      yield* directory(0o755)
      return yield* mountDev(root, op.dest, dest)
    case 'tmpfs':
      yield* directory(0o755)
      return yield* mountTmpfs(c, dest, op.perms, op.size)
    case 'mqueue':
      yield* directory(0o755)
      yield* must(c, yield* call('mount', 'mqueue', dest, 'mqueue', 0, ''), `Can't mount mqueue on ${dest}`)
      return
    case 'dir':
      return yield* directory(op.perms)
    case 'chmod':
      yield* must(c, yield* chmod(dest, op.perms), `Can't chmod ${octal(op.perms)} ${op.dest}`)
      return
    case 'file':
      return yield* copyInto(c, op.fd, yield* must(c, yield* open(dest, O_WRONLY | O_CREAT | O_TRUNC, op.perms), `Can't create file ${op.dest}`), op.dest)
    case 'bind-data': {
      const temp = yield* must(c, yield* open(BIND_DATA_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, op.perms), `Can't create tmpfile for ${op.dest}`)
      yield* copyInto(c, op.fd, temp, op.dest)
      yield* failIf(c, yield* ensureFile(dest, 0o444), `Can't create file at ${op.dest}`)
      yield* bind(root, BIND_DATA_FILE, dest, { readonly: op.readonly, devices: false, recursive: true })
      yield* unlink(BIND_DATA_FILE)
      return
    }
    case 'symlink':
      yield* must(c, yield* symlink(op.target, dest), `Can't make symlink at ${op.dest}`)
  }
}

const bind = (root: NewRoot, source: string, dest: string, flags: { readonly readonly: boolean; readonly devices: boolean; readonly recursive: boolean }): Flow<void> =>
  bindMount(root.c, root.procFd, source, dest, flags, `Can't bind mount ${source} on ${dest}`)

function* copyInto(c: Crt, from: number, to: number, dest: string): Flow<void> {
  const data = yield* must(c, yield* readToEnd(from), `Can't write data to file ${dest}`)
  yield* must(c, yield* writeAll(to, data), `Can't write data to file ${dest}`)
  yield* close(to)
  yield* close(from)
}

function* mountTmpfs(c: Crt, dest: string, perms: number, size: number): Flow<void> {
  const options = `mode=${octal(perms)}${size === 0 ? '' : `,size=${size}`}`
  yield* must(c, yield* call('mount', 'tmpfs', dest, 'tmpfs', MS_NOSUID | MS_NODEV, options), `Can't mount tmpfs on ${dest}`)
}

/** A procfs of its own with new PIDs, the old one otherwise; what could harm the machine is covered read-only where it is not so already. */
function* mountProc(root: NewRoot, dest: string): Flow<void> {
  const { c } = root
  if (root.ownPids) yield* must(c, yield* call('mount', 'proc', dest, 'proc', MS_NOSUID | MS_NOEXEC | MS_NODEV, ''), `Can't mount proc on ${dest}`)
  else yield* bind(root, 'oldroot/proc', dest, PLAIN)
  for (const name of ['sys', 'sysrq-trigger', 'irq', 'bus']) {
    const path = `${dest}/${name}`
    const writable = yield* access(path, W_OK)
    if (writable === E.EACCES || writable === E.ENOENT || writable === E.EROFS) continue
    yield* must(c, writable, `Can't access ${path}`)
    yield* bind(root, path, path, { ...PLAIN, readonly: true })
  }
}

function* mountDev(root: NewRoot, name: string, dest: string): Flow<void> {
  const { c } = root
  yield* mountTmpfs(c, dest, 0o755, 0)
  const device = function* (source: string, target: string): Flow<void> {
    yield* failIf(c, yield* createFile(`${dest}/${target}`, 0o444), `Can't create file ${name}/${target}`)
    yield* bind(root, `/oldroot${source}`, `${dest}/${target}`, { ...PLAIN, devices: true })
  }
  for (const node of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) yield* device(`/dev/${node}`, node)
  const links = [['/proc/self/fd/0', 'stdin'], ['/proc/self/fd/1', 'stdout'], ['/proc/self/fd/2', 'stderr'], ['/proc/self/fd', 'fd'], ['/proc/kcore', 'core']]
  for (const [target, link] of links) yield* must(c, yield* symlink(target, `${dest}/${link}`), `Can't create symlink ${name}/${link}`)
  yield* must(c, yield* mkdir(`${dest}/shm`, 0o755), `Can't create ${name}/shm`)
  yield* must(c, yield* mkdir(`${dest}/pts`, 0o755), `Can't create ${name}/devpts`)
  const options = 'newinstance,ptmxmode=0666,mode=620'
  yield* must(c, yield* call('mount', 'devpts', `${dest}/pts`, 'devpts', MS_NOSUID | MS_NOEXEC, options), `Can't mount devpts on ${dest}/pts`)
  yield* must(c, yield* symlink('pts/ptmx', `${dest}/ptmx`), `Can't make symlink at ${name}/ptmx`)
  if (root.tty !== undefined) yield* device(root.tty, 'console')
}
