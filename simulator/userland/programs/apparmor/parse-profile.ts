// From words to profiles (parser/parser_yacc.y): the rules lessons use. What is left out (hats, dbus, rlimits, mqueue) is accepted and has no effect, as with a kernel
// that does not mediate it.
import type {
  ApparmorCapRule, ApparmorChangeRule, ApparmorExec, ApparmorFileRule, ApparmorMode, ApparmorMountRule, ApparmorNetworkRule, ApparmorProfile, ApparmorPtraceRule, ApparmorSignalRule,
} from '../../../abi/apparmor.ts'
import { CAP_NAMES } from '../../../abi/capability.ts'
import { expandVariables, fixedLength, globToRegex, UnknownVariable } from './glob.ts'
import { ProfileError, type Token, type TokenType } from './lexer.ts'

const FLAGS = ['complain', 'enforce', 'kill', 'unconfined', 'audit', 'attach_disconnected', 'no_attach_disconnected', 'chroot_attach', 'chroot_no_attach', 'mediate_deleted',
  'delegate_deleted', 'chroot_relative', 'namespace_relative', 'prompt', 'default_allow']
const FAMILIES = new Set(`unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose netbeui security key netlink packet ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls can
  tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg nfc vsock kcm qipcrtr smc xdp`.split(/\s+/))
const SOCKET_TYPES = new Set(['stream', 'dgram', 'seqpacket', 'rdm', 'raw', 'packet'])
const PROTOCOL_TYPES = new Map([['tcp', 'stream'], ['udp', 'dgram'], ['icmp', 'raw']])
const OPEN_BODY = 'TOK_ID or TOK_MODE or TOK_SET_VAR'
/** `file,`: everything below the root, and executing with the same profile. */
const EVERYTHING = '/(?:[^\\0]*)'

interface Draft {
  readonly name: string
  readonly attach?: ApparmorProfile['attach']
  readonly mode: ApparmorMode
  readonly flags: readonly string[]
  readonly files: ApparmorFileRule[]
  readonly caps: ApparmorCapRule[]
  readonly network: ApparmorNetworkRule[]
  readonly mounts: ApparmorMountRule[]
  readonly signals: ApparmorSignalRule[]
  readonly ptrace: ApparmorPtraceRule[]
  readonly changeProfile: ApparmorChangeRule[]
  readonly execPaths: Map<string, string>
}
interface Prefix {
  readonly deny?: true
  readonly audit?: true
  readonly owner?: true
}

/** Two rules of one path that want to execute it differently. */
export class MergeError extends Error {}

export class Parser {
  readonly #tokens: readonly Token[]
  readonly #variables = new Map<string, string[]>()
  readonly profiles: ApparmorProfile[] = []
  /** A variable of a path that nobody declared: the last is complained about, and only once all the rest is right. */
  #unknown: string | undefined
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Throws ProfileError, MergeError, UnknownVariable. */
  parse(): readonly ApparmorProfile[] {
    while (this.#peek().type !== 'end of file') this.#topLevel()
    if (this.#unknown !== undefined) throw new UnknownVariable(this.#unknown)
    return this.profiles
  }

  #peek(ahead = 0): Token {
    const token = this.#tokens[this.#at + ahead]
    if (token !== undefined) return token
    const last = this.#tokens.at(-1)
    return { type: 'end of file', text: '', line: (last?.line ?? 0) + 1, file: last?.file }
  }
  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }
  #fail(message: string, token = this.#peek()): never {
    throw new ProfileError(message, token.line, token.file)
  }
  #unexpected(expected: string, token = this.#peek()): never {
    return this.#fail(`syntax error, unexpected ${token.type}, expecting ${expected}`, token)
  }
  #expect(type: TokenType, expected: string = type): Token {
    if (this.#peek().type !== type) this.#unexpected(expected)
    return this.#next()
  }
  #endRule(): void {
    this.#expect('TOK_END_OF_RULE')
  }
  #accept(type: TokenType): boolean {
    if (this.#peek().type !== type) return false
    this.#at++
    return true
  }
  #word(text: string): boolean {
    const token = this.#peek()
    if (token.text !== text || token.quoted === true || (token.type !== 'TOK_ID' && token.type !== 'TOK_MODE')) return false
    this.#at++
    return true
  }

  #topLevel(): void {
    if (this.#peek().type === 'TOK_SET_VAR') return this.#assign()
    if (this.#word('abi') || this.#word('alias')) {
      while (!this.#accept('TOK_END_OF_RULE')) if (this.#next().type === 'end of file') this.#unexpected('TOK_END_OF_RULE')
      return
    }
    const token = this.#peek()
    if (token.type !== 'TOK_ID' && token.type !== 'TOK_MODE') this.#unexpected('end of file')
    this.#profile(undefined)
  }

  #assign(): void {
    const name = this.#next().text.replace(/^@\{|\}$/g, '')
    const adds = this.#next().type === 'TOK_ADD_ASSIGN'
    const values: string[] = []
    while (this.#peek().type === 'TOK_VALUE') values.push(this.#next().text)
    this.#variables.set(name, adds ? [...(this.#variables.get(name) ?? []), ...values] : values)
  }

  /** `profile NAME [PATH] [flags=(…)] { rules }`, or just a path. */
  #profile(parent: string | undefined): void {
    const isNamed = this.#word('profile') || this.#word('hat') || this.#word('^')
    const first = this.#next()
    if (first.type !== 'TOK_ID' && first.type !== 'TOK_MODE') this.#unexpected('TOK_ID', first)
    let attachment: string | undefined = first.text.startsWith('/') || first.text.startsWith('@') ? first.text : undefined
    if (isNamed && this.#peek().type === 'TOK_ID' && /^[/@{]/.test(this.#peek().text)) attachment = this.#next().text
    const flags = this.#flags()
    if (this.#peek().type !== 'TOK_OPEN') this.#unexpected('TOK_OPEN')
    this.#next()
    const own = expandVariables(first.text, this.#variables)[0]
    const name = parent === undefined ? own : `${parent}//${own}`
    const mode = (['complain', 'kill', 'unconfined'] as const).find((m) => flags.includes(m)) ?? 'enforce'
    const draft: Draft = {
      name, mode, flags, files: [], caps: [], network: [], mounts: [], signals: [], ptrace: [], changeProfile: [], execPaths: new Map(),
      ...(attachment === undefined ? {} : { attach: { path: this.#pattern(attachment), specific: fixedLength(expandVariables(attachment, this.#variables)[0]) } }),
    }
    const outer = this.#variables.get('profile_name')
    this.#variables.set('profile_name', [name])
    while (!this.#accept('TOK_CLOSE')) this.#rule(draft)
    if (outer === undefined) this.#variables.delete('profile_name')
    else this.#variables.set('profile_name', outer)
    const { execPaths: _execPaths, ...profile } = draft
    this.profiles.push(profile)
  }

  #flags(): readonly string[] {
    const hasWord = this.#word('flags')
    if (hasWord) this.#expect('TOK_EQUALS')
    else if (this.#peek().type !== 'TOK_OPENPAREN') return []
    this.#expect('TOK_OPENPAREN')
    const flags: string[] = []
    while (!this.#accept('TOK_CLOSEPAREN')) {
      if (this.#accept('TOK_END_OF_RULE')) continue
      const token = this.#next()
      if (token.type === 'end of file') this.#unexpected('TOK_CLOSEPAREN', token)
      if (!FLAGS.includes(token.text)) this.#fail(`Invalid profile flag: ${token.text}.`, token)
      flags.push(token.text)
    }
    return flags
  }

  #pattern(glob: string): string {
    try {
      return expandVariables(glob, this.#variables).map(globToRegex).join('|')
    } catch (thrown) {
      if (!(thrown instanceof UnknownVariable)) throw thrown
      this.#unknown = thrown.message
      return ''
    }
  }

  #rule(draft: Draft): void {
    if (this.#peek().type === 'TOK_SET_VAR') return this.#assign()
    if (this.#peek().type === 'TOK_END_OF_RULE') this.#unexpected(OPEN_BODY)
    if (this.#peek().text === 'profile' || this.#peek().text === 'hat' || this.#peek().text.startsWith('^')) return this.#profile(draft.name)
    const prefix = this.#prefix()
    const token = this.#peek()
    const rest = { ...(prefix.deny === undefined ? {} : { deny: true }), ...(prefix.audit === undefined ? {} : { audit: true }) }
    if (token.type === 'TOK_ID' && token.quoted !== true) {
      switch (token.text) {
        case 'abi': case 'set': case 'dbus': case 'mqueue': case 'io_uring': case 'userns': return this.#skip()
        case 'capability': return this.#capability(draft, rest)
        case 'network': return this.#network(draft, rest)
        case 'unix': {
          this.#skip()
          draft.network.push({ ...rest, family: 'unix' })
          return
        }
        case 'mount': case 'remount': case 'umount': case 'unmount': case 'pivot_root': return this.#mount(draft, rest)
        case 'signal': return this.#signal(draft, rest)
        case 'ptrace': return this.#ptrace(draft, rest)
        case 'change_profile': return this.#change(draft, rest)
        case 'link': return this.#link(draft, prefix)
        case 'file': return this.#file(draft, prefix)
      }
    }
    this.#path(draft, prefix)
  }

  #prefix(): Prefix {
    let prefix: Prefix = {}
    for (;;) {
      if (this.#word('audit')) prefix = { ...prefix, audit: true }
      else if (this.#word('deny')) prefix = { ...prefix, deny: true }
      else if (this.#word('owner')) prefix = { ...prefix, owner: true }
      else if (!this.#word('allow') && !this.#word('other')) return prefix
    }
  }
  #skip(): void {
    for (let depth = 0; ; ) {
      const { type } = this.#next()
      if (type === 'TOK_END_OF_RULE' && depth === 0) return
      if (type === 'end of file') this.#unexpected('TOK_END_OF_RULE')
      if (type === 'TOK_OPENPAREN') depth++
      if (type === 'TOK_CLOSEPAREN') depth--
    }
  }

  #capability(draft: Draft, rest: ApparmorCapRule): void {
    this.#next()
    const caps: string[] = []
    while (this.#peek().type === 'TOK_ID' || this.#peek().type === 'TOK_MODE') {
      const token = this.#next()
      if (!(CAP_NAMES as readonly string[]).includes(`cap_${token.text.toLowerCase()}`)) this.#fail(`Invalid capability ${token.text}.`, token)
      caps.push(token.text.toLowerCase())
    }
    this.#endRule()
    draft.caps.push(caps.length === 0 ? rest : { ...rest, caps })
  }

  #network(draft: Draft, rest: ApparmorNetworkRule): void {
    this.#next()
    let rules: ApparmorNetworkRule[] = [rest]
    while (this.#peek().type === 'TOK_ID' || this.#peek().type === 'TOK_MODE') {
      const token = this.#next()
      const { text } = token
      if (FAMILIES.has(text)) rules = rules.map((r) => ({ ...r, family: text }))
      else if (SOCKET_TYPES.has(text)) rules = rules.map((r) => ({ ...r, type: text }))
      else if (PROTOCOL_TYPES.has(text)) rules = rules.flatMap((r) => (r.family === undefined ? ['inet', 'inet6'] : [r.family]).map((family) => ({ ...r, family, type: PROTOCOL_TYPES.get(text) ?? text })))
      else this.#fail('Invalid network entry.', token)
    }
    this.#endRule()
    draft.network.push(...rules)
  }

  /** A word, or several in parentheses. */
  #list(): string[] {
    if (!this.#accept('TOK_OPENPAREN')) return [this.#next().text]
    const words: string[] = []
    while (!this.#accept('TOK_CLOSEPAREN')) {
      if (this.#accept('TOK_END_OF_RULE')) continue
      const token = this.#next()
      if (token.type === 'end of file') this.#unexpected('TOK_CLOSEPAREN', token)
      words.push(...token.text.split(',').filter((w) => w !== ''))
    }
    return words
  }

  #mount(draft: Draft, rest: { readonly deny?: boolean; readonly audit?: boolean }): void {
    const word = this.#next().text
    const op = word === 'unmount' ? 'umount' : (word as ApparmorMountRule['op'])
    let rule: ApparmorMountRule = { ...rest, op }
    const plain = (words: readonly string[]): readonly string[] => words.filter((w) => w !== 'rw')
    while (this.#peek().type !== 'TOK_END_OF_RULE') {
      const token = this.#peek()
      if (token.type === 'end of file' || token.type === 'TOK_CLOSE') this.#unexpected('TOK_END_OF_RULE')
      if (this.#word('options') || this.#word('option')) {
        const isPart = this.#word('in')
        if (!isPart) this.#expect('TOK_EQUALS')
        const words = plain(this.#list())
        rule = isPart ? { ...rule, optionsIn: words } : { ...rule, options: words }
      } else if (this.#word('fstype') || this.#word('vfstype')) {
        if (!this.#word('in')) this.#expect('TOK_EQUALS')
        rule = { ...rule, fstype: this.#list().map((f) => this.#pattern(f)).join('|') }
      } else if (this.#word('oldroot')) {
        this.#expect('TOK_EQUALS')
        this.#next()
      } else if (this.#accept('TOK_ARROW')) rule = { ...rule, target: this.#pattern(this.#next().text) }
      else {
        const pattern = this.#pattern(this.#next().text)
        rule = op === 'mount' ? { ...rule, source: pattern } : { ...rule, target: pattern }
      }
    }
    this.#endRule()
    draft.mounts.push(rule)
    if (op === 'mount') draft.mounts.push({ ...rule, op: 'remount' })
  }

  #peerRule(known: readonly string[]): { readonly access: readonly string[]; readonly set?: readonly string[]; readonly peer?: string } {
    this.#next()
    let access: string[] = []
    let set: readonly string[] | undefined
    let peer: string | undefined
    while (!this.#accept('TOK_END_OF_RULE')) {
      const token = this.#peek()
      if (token.type === 'end of file' || token.type === 'TOK_CLOSE') this.#unexpected('TOK_END_OF_RULE')
      if (this.#word('set')) {
        this.#expect('TOK_EQUALS')
        set = [...(set ?? []), ...this.#list().map((s) => s.toLowerCase())]
      } else if (this.#word('peer')) {
        this.#expect('TOK_EQUALS')
        peer = this.#pattern(this.#list()[0])
      } else {
        for (const word of this.#list()) {
          const full = word === 'r' ? 'read' : word === 'w' || word === 'write' ? 'send' : word
          if (known.includes(full)) access = [...access, full]
          else if (known.includes('receive') && full === 'read') access = [...access, 'receive']
          else if (word !== 'rw') this.#fail(`Invalid access mode '${word}'`, token)
        }
      }
    }
    return { access: access.length === 0 ? known : access, ...(set === undefined ? {} : { set }), ...(peer === undefined ? {} : { peer }) }
  }
  #signal(draft: Draft, rest: object): void {
    draft.signals.push({ ...rest, ...(this.#peerRule(['send', 'receive']) as ApparmorSignalRule) })
  }
  #ptrace(draft: Draft, rest: object): void {
    draft.ptrace.push({ ...rest, ...(this.#peerRule(['trace', 'read', 'tracedby', 'readby']) as ApparmorPtraceRule) })
  }

  #change(draft: Draft, rest: { readonly deny?: boolean }): void {
    this.#next()
    if (this.#peek().type === 'TOK_ID') this.#next()
    const target = this.#accept('TOK_ARROW') ? this.#pattern(this.#next().text) : '.*'
    this.#endRule()
    draft.changeProfile.push({ ...rest, target })
  }

  #link(draft: Draft, prefix: Prefix): void {
    this.#next()
    this.#word('subset')
    const path = this.#expect('TOK_ID').text
    this.#expect('TOK_ARROW')
    this.#expect('TOK_ID')
    this.#endRule()
    this.#add(draft, prefix, path, 'l', undefined)
  }

  #file(draft: Draft, prefix: Prefix): void {
    this.#next()
    if (this.#accept('TOK_END_OF_RULE')) {
      const common = { path: EVERYTHING, ...(prefix.audit === undefined ? {} : { audit: true }), ...(prefix.owner === undefined ? {} : { owner: true }) }
      draft.files.push(prefix.deny === undefined ? { ...common, allow: 'rwlkm', exec: { kind: 'i' } } : { ...common, deny: 'rwlkmx' })
      return
    }
    this.#path(draft, prefix)
  }

  /** `PATH MODE [-> TARGET],` or `MODE PATH,` */
  #path(draft: Draft, prefix: Prefix): void {
    const first = this.#next()
    let path = first
    let mode: Token
    if (first.type === 'TOK_MODE' && first.quoted !== true) {
      mode = first
      if (this.#peek().type !== 'TOK_ID') this.#unexpected('TOK_ID or TOK_SET_VAR')
      path = this.#next()
      if (!/^[/@{*]/.test(path.text)) this.#unexpected('TOK_ID or TOK_SET_VAR', path)
    } else {
      if (first.type !== 'TOK_ID') this.#unexpected(OPEN_BODY, first)
      mode = this.#peek()
      if (mode.type === 'TOK_MODE') this.#next()
      else if (mode.type !== 'TOK_ARROW') this.#unexpected('TOK_MODE')
    }
    if (first.type === 'TOK_MODE' && first === path) this.#unexpected('TOK_ID or TOK_SET_VAR', first)
    const target = this.#accept('TOK_ARROW') ? expandVariables(this.#next().text, this.#variables)[0] : undefined
    this.#endRule()
    this.#add(draft, prefix, path.text, mode.text, target, mode)
  }

  #add(draft: Draft, prefix: Prefix, glob: string, mode: string, target: string | undefined, at?: Token): void {
    const exec = /([pPcC]?)([iIuU]?)[xX]/.exec(mode)
    const plain = mode.replace(/[pPcC]?[iIuU]?[xX]/g, '').toLowerCase()
    if (plain.includes('a') && plain.includes('w')) this.#fail("Conflict 'a' and 'w' perms are mutually exclusive.", at)
    const common = { path: this.#pattern(glob), ...(prefix.audit === undefined ? {} : { audit: true }), ...(prefix.owner === undefined ? {} : { owner: true }) }
    if (prefix.deny !== undefined) {
      draft.files.push({ ...common, deny: exec === null ? plain : `${plain}x` })
      return
    }
    if (exec !== null && exec[1] === '' && exec[2] === '') this.#fail("Invalid mode, 'x' must be preceded by exec qualifier 'i', 'p', 'c', or 'u'", at)
    const how = exec === null ? undefined : execOf(exec[1].toLowerCase(), exec[2].toLowerCase(), target)
    if (how !== undefined) {
      const text = JSON.stringify(how)
      if (draft.execPaths.has(glob) && draft.execPaths.get(glob) !== text) throw new MergeError(`profile ${draft.name}: has merged rule ${glob} with conflicting x modifiers\nERROR merging rules for profile ${draft.name}, failed to load`)
      draft.execPaths.set(glob, text)
    }
    draft.files.push({ ...common, allow: plain, ...(how === undefined ? {} : { exec: how }) })
  }
}

function execOf(first: string, second: string, target: string | undefined): ApparmorExec {
  const to = target === undefined ? {} : { target }
  if (first === '') return { kind: second === 'u' ? 'u' : 'i', ...to }
  return { kind: first === 'c' ? 'c' : 'p', ...(second === '' ? {} : { fallback: second === 'u' ? 'u' : 'i' }), ...to }
}
