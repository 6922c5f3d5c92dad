// The command line of bwrap(1): options are steps in the order they stand, read by hand as the real program does (no getopt, no `--x=y`).
// --setenv, --unsetenv and --clearenv act at once, on the environment that the command will get.
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_FULL, CAP_NAMES, capBit, type CapSet } from '../../../abi/capability.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { close, readToEnd } from '../../libc/unistd.ts'
import { die, must, say } from './die.ts'
import { OPTIONS_HELP } from './help.ts'

/** One step of the set-up of the new root. */
export type SetupOp =
  | { readonly type: 'bind'; source: string | undefined; readonly asGiven: string; readonly dest: string; readonly readonly: boolean; readonly devices: boolean; readonly mayLack: boolean }
  | { readonly type: 'remount-ro' | 'proc' | 'dev' | 'mqueue'; readonly dest: string }
  | { readonly type: 'tmpfs'; readonly dest: string; readonly perms: number; readonly size: number }
  | { readonly type: 'dir' | 'chmod'; readonly dest: string; readonly perms: number }
  | { readonly type: 'file'; readonly fd: number; readonly dest: string; readonly perms: number }
  | { readonly type: 'bind-data'; readonly fd: number; readonly dest: string; readonly perms: number; readonly readonly: boolean }
  | { readonly type: 'symlink'; readonly target: string; readonly dest: string }
  | { readonly type: 'hostname'; readonly name: string }

/** What the command line asks for; filled in by parseOptions and then read only. */
export interface Settings {
  readonly ops: SetupOp[]
  readonly switches: Set<string>
  readonly lockFiles: string[]
  readonly seccompFds: number[]
  /** --uid, --gid, --chdir, … : options of which the last one counts */
  readonly texts: Map<string, string>
  readonly numbers: Map<string, number>
  caps: CapSet
  capsAsked: boolean
  command: readonly string[]
}

const SWITCHES = new Set([
  '--unshare-user', '--unshare-user-try', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup', '--unshare-cgroup-try', '--share-net',
  '--disable-userns', '--assert-userns-disabled', '--new-session', '--die-with-parent', '--as-pid-1',
])
const UNSHARE_ALL = ['--unshare-user-try', '--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try', '--unshare-net']
const FD_OPTIONS = new Set(['--sync-fd', '--block-fd', '--info-fd', '--json-status-fd'])
const UNSIMULATED = new Set(['--userns', '--userns2', '--pidns', '--userns-block-fd', '--bind-fd', '--ro-bind-fd'])
const BINDS = new Set(['--bind', '--bind-try', '--dev-bind', '--dev-bind-try', '--ro-bind', '--ro-bind-try'])
const MODIFIERS = new Set(['--perms', '--size'])
const MAX_SIZE = 2 ** 63 - 1

export function* usage(c: Crt, status: number): Flow<never> {
  yield* (status === 0 ? c.stdout : c.stderr).write(`usage: ${c.argv[0]} [OPTIONS...] [--] COMMAND [ARGS...]\n${OPTIONS_HELP}`)
  return exit(status)
}

/** Reads the options of one list of words up to the command; lists nest once, through --args. */
class Parser {
  readonly #c: Crt
  readonly #settings: Settings
  #words: readonly string[] = []
  #at = 0
  #perms = -1
  #size = 0

  constructor(c: Crt, settings: Settings) {
    this.#c = c
    this.#settings = settings
  }

  *parse(words: readonly string[], isFile: boolean): Flow<readonly string[]> {
    this.#words = words
    this.#at = 0
    while (this.#at < words.length) {
      const option = words[this.#at]
      if (!option.startsWith('--')) break
      this.#at++
      if (option === '--') break
      if (option === '--args') {
        if (isFile) yield* die(this.#c, '--args not supported in arguments file')
        yield* this.#argsFrom(yield* this.#fd(option))
        continue
      }
      yield* this.#option(option)
      if (MODIFIERS.has(option)) continue
      if (this.#size !== 0) yield* die(this.#c, '--size must be followed by --tmpfs')
      if (this.#perms >= 0) yield* die(this.#c, '--perms must be followed by an option that creates a file')
    }
    return words.slice(this.#at)
  }

  *#argsFrom(fd: number): Flow<void> {
    const data = yield* must(this.#c, yield* readToEnd(fd), "Can't read --args data")
    yield* close(fd)
    const list = decodeUtf8(data).split('\0')
    if (list[list.length - 1] === '') list.pop()
    const [words, at] = [this.#words, this.#at]
    yield* this.parse(list, true)
    this.#words = words
    this.#at = at
  }

  *#option(option: string): Flow<void> {
    const { ops, switches, texts, numbers, lockFiles, seccompFds } = this.#settings
    if (option === '--help') yield* usage(this.#c, 0)
    if (option === '--version') {
      yield* this.#c.stdout.write('bubblewrap 0.8.0\n')
      return exit(0)
    }
    if (SWITCHES.has(option)) {
      switches.add(option)
      if (option === '--share-net') switches.delete('--unshare-net')
      return
    }
    if (UNSIMULATED.has(option)) return exit(yield* unsimulated(this.#c, `option ${option}`))
    if (FD_OPTIONS.has(option)) return void numbers.set(option, yield* this.#only(option, yield* this.#fd(option)))
    if (BINDS.has(option)) return yield* this.#bind(option)
    switch (option) {
      case '--unshare-all':
        for (const name of UNSHARE_ALL) switches.add(name)
        return
      case '--chdir': case '--hostname': {
        const text = yield* this.#only(option, yield* this.#argument(option))
        texts.set(option, text)
        if (option === '--hostname') ops.push({ type: 'hostname', name: text })
        return
      }
      case '--uid': case '--gid':
        numbers.set(option, yield* this.#only(option, yield* this.#number(option, option.slice(2))))
        return
      case '--exec-label': case '--file-label':
        yield* this.#argument(option)
        return yield* die(this.#c, 'labeling not supported on this system')
      case '--lock-file':
        lockFiles.push(yield* this.#argument(option))
        return
      case '--seccomp': case '--add-seccomp-fd':
        return yield* this.#filter(option, seccompFds)
      default:
        if (!(yield* this.#environment(option)) && !(yield* this.#modifier(option)) && !(yield* this.#creates(option))) yield* die(this.#c, `Unknown option ${option}`)
    }
  }

  /** --seccomp names one filter, --add-seccomp-fd any number; not both. */
  *#filter(option: string, fds: number[]): Flow<void> {
    const { switches } = this.#settings
    const other = option === '--seccomp' ? '--add-seccomp-fd' : '--seccomp'
    if (switches.has(other)) yield* die(this.#c, '--add-seccomp-fd cannot be combined with --seccomp')
    if (option === '--seccomp' && switches.has(option)) {
      yield* say(this.#c, `Only the last ${option} option will take effect`)
      fds.pop()
    }
    switches.add(option)
    fds.push(yield* this.#fd(option))
  }

  *#environment(option: string): Flow<boolean> {
    if (option === '--clearenv') this.#c.env.clear()
    else if (option === '--unsetenv') this.#c.env.delete(yield* this.#argument(option))
    else if (option === '--setenv') {
      const [name, value] = yield* this.#two(option)
      if (name === '' || name.includes('=')) yield* die(this.#c, 'setenv failed: Invalid argument')
      this.#c.env.set(name, value)
    } else return false
    return true
  }

  *#modifier(option: string): Flow<boolean> {
    if (option === '--perms') {
      if (this.#perms >= 0) yield* die(this.#c, '--perms given twice for the same action')
      this.#perms = yield* this.#octal(option, yield* this.#argument(option))
    } else if (option === '--size') {
      const text = yield* this.#argument(option)
      if (this.#size !== 0) yield* die(this.#c, '--size given twice for the same action')
      const size = /^\d+$/.test(text) ? Number(text) : 0
      if (size === 0 || size > MAX_SIZE) yield* die(this.#c, '--size takes a non-zero number of bytes')
      this.#size = size
    } else if (option === '--cap-add' || option === '--cap-drop') yield* this.#capability(option)
    else return false
    return true
  }

  *#capability(option: string): Flow<void> {
    const settings = this.#settings
    const name = yield* this.#argument(option)
    const cap = CAP_NAMES.findIndex((known) => known === name.toLowerCase())
    settings.capsAsked = true
    if (name.toLowerCase() !== 'all' && cap < 0) yield* die(this.#c, `unknown cap: ${name}`)
    const set = cap < 0 ? CAP_FULL : capBit(cap)
    settings.caps = option === '--cap-add' ? settings.caps | set : settings.caps & ~set
  }

  *#bind(option: string): Flow<void> {
    const [source, dest] = yield* this.#two(option)
    const kind = option.replace(/-try$/, '')
    this.#settings.ops.push({ type: 'bind', source, asGiven: source, dest, readonly: kind === '--ro-bind', devices: kind === '--dev-bind', mayLack: kind !== option })
  }

  /** The options that make one thing at DEST. */
  *#creates(option: string): Flow<boolean> {
    const { ops } = this.#settings
    switch (option) {
      case '--remount-ro': case '--proc': case '--dev': case '--mqueue':
        ops.push({ type: option.slice(2) as 'remount-ro' | 'proc' | 'dev' | 'mqueue', dest: yield* this.#argument(option) })
        return true
      case '--tmpfs':
        ops.push({ type: 'tmpfs', dest: yield* this.#argument(option), perms: this.#takePerms(0o755), size: this.#size })
        this.#size = 0
        return true
      case '--dir':
        ops.push({ type: 'dir', dest: yield* this.#argument(option), perms: this.#takePerms(0o755) })
        return true
      case '--file': case '--bind-data': case '--ro-bind-data': {
        const [word, dest] = yield* this.#two(option)
        const fd = yield* this.#toFd(word)
        if (option === '--file') ops.push({ type: 'file', fd, dest, perms: this.#takePerms(0o666) })
        else ops.push({ type: 'bind-data', fd, dest, perms: this.#takePerms(0o600), readonly: option === '--ro-bind-data' })
        return true
      }
      case '--symlink': {
        const [target, dest] = yield* this.#two(option)
        ops.push({ type: 'symlink', target, dest })
        return true
      }
      case '--chmod': {
        const [mode, dest] = yield* this.#two(option)
        ops.push({ type: 'chmod', dest, perms: yield* this.#octal(option, mode) })
        return true
      }
      default:
        return false
    }
  }

  #takePerms(otherwise: number): number {
    const perms = this.#perms < 0 ? otherwise : this.#perms
    this.#perms = -1
    return perms
  }

  *#octal(option: string, text: string): Flow<number> {
    const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1
    return mode < 0 || mode > 0o7777 ? yield* die(this.#c, `${option} takes an octal argument <= 07777`) : mode
  }

  *#argument(option: string): Flow<string> {
    if (this.#at >= this.#words.length) yield* die(this.#c, `${option} takes an argument`)
    return this.#words[this.#at++]
  }

  *#two(option: string): Flow<readonly [string, string]> {
    if (this.#at + 1 >= this.#words.length) yield* die(this.#c, `${option} takes two arguments`)
    const pair = [this.#words[this.#at], this.#words[this.#at + 1]] as const
    this.#at += 2
    return pair
  }

  *#number(option: string, what: string): Flow<number> {
    const text = yield* this.#argument(option)
    return /^\s*\+?\d+$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : yield* die(this.#c, `Invalid ${what}: ${text}`)
  }

  #fd(option: string): Flow<number> {
    return this.#number(option, 'fd')
  }

  *#toFd(text: string): Flow<number> {
    return /^\d+$/.test(text) ? Number(text) : yield* die(this.#c, `Invalid fd: ${text}`)
  }

  /** warn_only_last_option: the earlier one is forgotten. */
  *#only<T>(option: string, value: T): Flow<T> {
    const { texts, numbers } = this.#settings
    if (texts.has(option) || numbers.has(option)) yield* say(this.#c, `Only the last ${option} option will take effect`)
    return value
  }
}

/** `caps` is what the command keeps unless told otherwise: everything for root, nothing for others. */
export function* parseOptions(c: Crt, caps: CapSet): Flow<Settings> {
  const settings: Settings = {
    ops: [], switches: new Set(), lockFiles: [], seccompFds: [], texts: new Map(), numbers: new Map(), caps, capsAsked: false, command: [],
  }
  const words = c.argv.slice(1)
  if (words.length === 0) yield* usage(c, 1)
  settings.command = yield* new Parser(c, settings).parse(words, false)
  return settings
}
