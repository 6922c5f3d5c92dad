// The root file system of the page's machine as nodes: the learner's host exactly as the simulated one has it (the same /etc, the same homes),
// with Debian's programs and libraries for 32-bit PCs in it instead of the simulated ones.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, posix } from 'node:path'
import { hostImage } from '../../../simulator/images/host.ts'
import { ImageBuilder, type ImageNode } from '../../../simulator/images/image.ts'
import { BuildError } from '../target.ts'
import { isElf32, needed } from './elf.ts'
import { DATA, PROGRAMS } from './programs.ts'
import { HOLLOW, hollow, slim } from './slim.ts'

const LIBRARIES = '/usr/lib/i386-linux-gnu'
const LINKER = '/usr/lib/ld-linux.so.2'
/** Belongs to the simulated machine or to packages that aren't here. */
const LEFT_OUT = /^\/(lost\+found|initrd\.img|vmlinuz|lib64|usr\/(lib64|lib\/x86_64-linux-gnu|lib\/modules|lib\/nginx|share\/isolab|share\/nginx|lib\/cpp)|etc\/(nginx|apparmor|containerd|docker|bash_completion|profile\.d\/bash_completion|ld\.so\.conf\.d\/x86_64|default\/bridge-utils)|var\/(www|log\/nginx|lib\/docker|lib\/nginx)|opt\/containerd)/
/** Groups of programs that aren't root's. */
const GROUPS: Readonly<Record<string, number>> = { '/usr/sbin/unix_chkpwd': 42, '/usr/bin/write': 5 }
const LOGIN_GROUPS: readonly string[] = ['/usr/bin/chage', '/usr/bin/expiry']

/** A program's file in the unpacked packages and what becomes of it. */
export class RootTree {
  readonly #pool: string
  readonly #image: ImageBuilder
  readonly #paths = new Set<string>()

  /** @param pool the folder with the unpacked packages  @param time seconds since 1970, everybody's time of change */
  constructor(pool: string, time: number) {
    this.#pool = pool
    this.#image = new ImageBuilder(time)
  }

  /** The host: /etc and homes, programs (and these besides), what they load, and Debian's links to them. */
  addHost(): void {
    const host = hostImage([]).filter(({ path }) => !LEFT_OUT.test(path))
    for (const node of host) if (node.type === 'dir') this.#image.dir(node.path, node)
    for (const node of host) {
      if (node.type === 'file') this.addFile(node.path, node.content, node)
      else if (node.type === 'symlink' && !/^\/(usr\/s?bin|etc\/alternatives|etc\/network)\//.test(node.path)) this.addLink(node.path, node.target)
    }
    for (const name of Object.values(PROGRAMS).join(' ').trim().split(/\s+/)) this.#fromPool(this.#programPath(name))
    for (const path of DATA) this.#fromPool(path)
    this.#addLibraries()
    this.#addDebianLinks(host)
  }

  addFile(path: string, content: string | Uint8Array, options: { readonly mode?: number; readonly uid?: number; readonly gid?: number } = {}): void {
    this.#image.file(path, content, { mode: options.mode, uid: options.uid, gid: options.gid })
    this.#paths.add(path)
  }

  addLink(path: string, target: string): void {
    this.#image.symlink(path, target)
    this.#paths.add(path)
  }

  /** All nodes, parents first. */
  nodes(): readonly ImageNode[] {
    return this.#image.nodes()
  }

  #programPath(name: string): string {
    const path = ['/usr/bin', '/usr/sbin'].map((folder) => `${folder}/${name}`).find((each) => exists(join(this.#pool, each)))
    if (path === undefined) throw new BuildError(`no program '${name}' in the packages`)
    return path
  }

  /** Copies a file, link or folder of the packages; a link brings its target. */
  #fromPool(path: string): void {
    if (this.#paths.has(path)) return
    const file = join(this.#pool, path)
    if (!exists(file)) throw new BuildError(`no ${path} in the packages`)
    const status = lstatSync(file)
    if (status.isDirectory()) {
      for (const name of readdirSync(file).sort()) this.#fromPool(`${path}/${name}`)
    } else if (status.isSymbolicLink()) {
      const target = readlinkSync(file)
      const full = merged(posix.resolve(posix.dirname(path), target))
      this.addLink(path, target)
      if (exists(join(this.#pool, full))) this.#fromPool(full)
    } else {
      const content = readFileSync(file)
      this.addFile(path, isElf32(content) ? slim(content) : content, { mode: status.mode & 0o7777, gid: GROUPS[path] ?? (LOGIN_GROUPS.includes(path) ? 42 : 0) })
    }
  }

  /** Whatever the ELF files so far ask for, and what that asks for, and so on. Each library lies under its soname. */
  #addLibraries(): void {
    const asked = this.nodes().flatMap((node) => node.type === 'file' && node.content instanceof Uint8Array && isElf32(node.content) ? [node.content] : [])
    for (let elf = asked.pop(); elf !== undefined; elf = asked.pop()) {
      for (const name of needed(elf).libraries) {
        const path = name.startsWith('ld-linux') ? LINKER : [LIBRARIES, '/usr/libexec/sudo', `${LIBRARIES}/systemd`].map((folder) => `${folder}/${name}`).find((each) => exists(join(this.#pool, each)))
        if (path === undefined) throw new BuildError(`no library ${name} in the packages`)
        if (this.#paths.has(path)) continue
        const content = readFileSync(realpathSync(join(this.#pool, path)))
        this.addFile(path, Object.hasOwn(HOLLOW, name) ? hollow(content) : slim(content), { mode: path === LINKER ? 0o755 : 0o644 })
        asked.push(content)
      }
    }
    this.addLink(`${LIBRARIES}/ld-linux.so.2`, '../ld-linux.so.2')
  }

  /** Links of the host's /usr/bin, /usr/sbin and /etc/alternatives, where they lead to something. */
  #addDebianLinks(host: readonly ImageNode[]): void {
    let waiting = host.filter((node) => node.type === 'symlink' && !this.#paths.has(node.path) && /^\/(usr\/s?bin|etc\/alternatives)\//.test(node.path))
    for (let before = -1; before !== waiting.length;) {
      before = waiting.length
      waiting = waiting.filter((node) => {
        if (node.type !== 'symlink') return false
        if (!this.#paths.has(merged(posix.resolve(posix.dirname(node.path), node.target)))) return true
        this.addLink(node.path, node.target)
        return false
      })
    }
  }
}

/** A path on a system with merged /usr. */
const merged = (path: string): string => path.replace(/^\/(bin|sbin|lib)\//, '/usr/$1/')

function exists(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}
