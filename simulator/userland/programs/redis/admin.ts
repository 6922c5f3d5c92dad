// Commands about the server and the connection: INFO, CONFIG, CLIENT, SAVE, SHUTDOWN and the like.
import type { Flow } from '../../../abi/syscalls.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { COMMANDS } from './commands.ts'
import { UnsimulatedSetting } from './config.ts'
import { infoText } from './info.ts'
import { OK, RedisError, type Reply, Status } from './resp.ts'
import type { Client, Server } from './server.ts'
import { DATABASES } from './store.ts'

export interface AdminCommand {
  readonly arity: number
  readonly run: (server: Server, client: Client, args: readonly string[]) => Flow<Reply>
}

const unknownSubcommand = (name: string, word: string): RedisError => new RedisError(`ERR unknown subcommand '${word}'. Try ${name} HELP.`)
const wrongCount = (name: string): RedisError => new RedisError(`ERR wrong number of arguments for '${name}' command`)
const notSimulated = (what: string): RedisError => new RedisError(`ERR ${what} is real, but not simulated here`)

function* config({ settings }: Server, _client: Client, [word, ...args]: readonly string[]): Flow<Reply> {
  switch (word.toUpperCase()) {
    case 'GET': {
      if (args.length === 0) throw wrongCount('config|get')
      const names = settings.names.filter((name) => args.some((pattern) => fnmatch(pattern.toLowerCase(), name)))
      return names.flatMap((name) => [name, settings.text(name)])
    }
    case 'SET': {
      if (args.length < 2) throw wrongCount('config|set')
      if (args.length % 2 !== 0) throw new RedisError('ERR syntax error')
      // all of them or none
      const before = new Map(settings.names.map((name) => [name, settings.text(name)]))
      try {
        for (let i = 0; i < args.length; i += 2) setOne(args[i].toLowerCase(), args[i + 1])
      } catch (thrown) {
        for (const [name, value] of before) settings.restore(name, value)
        throw thrown
      }
      return OK
    }
    case 'RESETSTAT': return OK
    case 'REWRITE': throw new RedisError('ERR The server is running without a config file')
    default: throw unknownSubcommand('CONFIG', word)
  }
  function setOne(name: string, value: string): void {
    const setting = settings.setting(name)
    const failed = (why: string): RedisError => new RedisError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`)
    if (setting === undefined) throw new RedisError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`)
    if (setting.mutable !== true) throw failed("can't set immutable config")
    if (setting.guarded === true && settings.text('enable-protected-configs') === 'no') throw failed("can't set protected config")
    try {
      const why = settings.set(name, value)
      if (why !== undefined) throw failed(why)
    } catch (thrown) {
      throw thrown instanceof UnsimulatedSetting ? notSimulated(thrown.what) : thrown
    }
  }
}

const describe = (server: Server, c: Client): string => {
  const age = Math.floor((server.store.now - c.since) / 1000)
  return `id=${c.id} addr=${c.addr} laddr=${c.local} fd=${c.fd} name=${c.name} age=${age} idle=${Math.floor((server.store.now - c.last) / 1000)} flags=N db=${c.db} sub=0 psub=0 ssub=0 multi=-1 qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=16384 rbp=16384 obl=0 oll=0 omem=0 tot-mem=37658 events=r cmd=${c.command} user=default redir=-1 resp=2`
}
function* client(server: Server, self: Client, [word, ...args]: readonly string[]): Flow<Reply> {
  switch (word.toUpperCase()) {
    case 'ID': return self.id
    case 'LIST': return [...server.clients].map((c) => `${describe(server, c)}\n`).join('')
    case 'INFO': return `${describe(server, self)}\n`
    case 'GETNAME': return self.name === '' ? null : self.name
    case 'SETNAME':
      if (args.length !== 1) throw wrongCount('client|setname')
      if (/[^!-~]/.test(args[0])) throw new RedisError('ERR Client names cannot contain spaces, newlines or special characters.')
      self.name = args[0]
      return OK
    case 'KILL': {
      const victim = [...server.clients].find((c) => c.addr === args[0])
      if (args.length !== 1) throw notSimulated('CLIENT KILL with filters')
      if (victim === undefined) throw new RedisError('ERR No such client')
      yield* server.drop(victim)
      return OK
    }
    default: throw ['REPLY', 'PAUSE', 'UNPAUSE', 'UNBLOCK', 'TRACKING', 'CACHING', 'NO-EVICT', 'GETREDIR', 'TRACKINGINFO'].includes(word.toUpperCase()) ? notSimulated(`CLIENT ${word.toUpperCase()}`) : unknownSubcommand('CLIENT', word)
  }
}

function* auth({ settings }: Server, self: Client, args: readonly string[]): Flow<Reply> {
  const password = settings.text('requirepass')
  if (args.length > 2) throw new RedisError('ERR syntax error')
  if (args.length === 1 && password === '') {
    throw new RedisError('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?')
  }
  const [user, given] = args.length === 2 ? args : ['default', args[0]]
  if (user !== 'default' || (password !== '' && given !== password)) throw new RedisError('WRONGPASS invalid username-password pair or user is disabled.')
  self.isKnown = true
  return OK
}

function* command(_server: Server, _client: Client, [word = '']: readonly string[]): Flow<Reply> {
  switch (word.toUpperCase()) {
    case 'COUNT': return COMMANDS.size + ADMIN.size
    case 'LIST': return [...COMMANDS.keys(), ...ADMIN.keys()]
    case 'DOCS': return []
    default: throw notSimulated(`COMMAND ${word}`.trim())
  }
}

export const ADMIN: ReadonlyMap<string, AdminCommand> = new Map<string, AdminCommand>(Object.entries<AdminCommand>({
  ping: { arity: -1, run: function* (_server, _client, args) {
    if (args.length > 1) throw wrongCount('ping')
    return args[0] ?? new Status('PONG')
  } },
  echo: { arity: 2, run: function* (_server, _client, [text]) {
    return text
  } },
  quit: { arity: -1, run: function* (_server, self) {
    self.isLeaving = true
    return OK
  } },
  auth: { arity: -2, run: auth },
  select: { arity: 2, run: function* (_server, self, [text]) {
    const n = /^-?\d+$/.test(text) ? Number(text) : NaN
    if (Number.isNaN(n)) throw new RedisError('ERR value is not an integer or out of range')
    if (n < 0 || n >= DATABASES) throw new RedisError('ERR DB index is out of range')
    self.db = n
    return OK
  } },
  info: { arity: -1, run: (server, _client, args) => infoText(server, args) },
  config: { arity: -2, run: config },
  client: { arity: -2, run: client },
  command: { arity: -1, run: command },
  time: { arity: 1, run: function* ({ store }) {
    return [String(Math.floor(store.now / 1000)), String((store.now % 1000) * 1000)]
  } },
  role: { arity: 1, run: function* () {
    return ['master', 0, []]
  } },
  lastsave: { arity: 1, run: function* (server) {
    return Math.floor(server.lastSave / 1000)
  } },
  save: { arity: 1, run: function* (server) {
    if (server.savingChild !== undefined) throw new RedisError('ERR Background save already in progress')
    if (!(yield* server.save())) throw new RedisError('ERR ')
    return OK
  } },
  bgsave: { arity: -1, run: function* (server, _client, args) {
    if (args.length > 1 || (args.length === 1 && args[0].toLowerCase() !== 'schedule')) throw new RedisError('ERR syntax error')
    if (server.savingChild !== undefined) throw new RedisError('ERR Background save already in progress')
    if (!(yield* server.saveInBackground())) throw new RedisError('ERR ')
    return new Status('Background saving started')
  } },
  shutdown: { arity: -1, run: function* (server, _client, args) {
    const words = args.map((word) => word.toUpperCase())
    if (words.some((word) => !['SAVE', 'NOSAVE', 'NOW', 'FORCE', 'ABORT'].includes(word)) || (words.includes('SAVE') && words.includes('NOSAVE'))) throw new RedisError('ERR syntax error')
    if (words.includes('ABORT')) throw new RedisError('ERR No shutdown in progress.')
    const how = words.includes('SAVE') ? 'save' : words.includes('NOSAVE') ? 'nosave' : 'usual'
    if (yield* server.shutDown(how, words.includes('FORCE'))) return null
    throw new RedisError('ERR Errors trying to SHUTDOWN. Check logs.')
  } },
  debug: { arity: -2, run: function* () {
    throw new RedisError('ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.')
  } },
}))
