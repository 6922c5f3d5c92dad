// docker build as the classic builder does it (builder/dockerfile): one step after the other, each in a container that is committed, each looked up in the cache first.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { type ArchivedMember, decodeArchive } from '../../../../lib/tar.ts'
import { stat } from '../../../libc/unistd.ts'
import { type ContainerConfig, emptyConfig, orderedConfig } from '../api.ts'
import { isReferenceError, parseReference, withTag } from '../reference.ts'
import { unpackTree } from '../tree-archive.ts'
import { ApiError, badRequest, notFound, serverError } from './api-error.ts'
import { contactRegistry } from './registry.ts'
import { commitContainer, hasChanges } from './commit.ts'
import { changeConfig } from './config-change.ts'
import { type CopyRequest, copyIntoImage } from './build-copy.ts'
import { createContainer } from './create.ts'
import type { Daemon } from './daemon.ts'
import { expandVariables, type Instruction, parseDockerfile, parseInstruction } from './dockerfile.ts'
import type { Image, ImageConfigFile } from './image-store.ts'
import { forget, startContainer } from './start.ts'
import type { StreamName } from './streams.ts'
import { mkdirAll, removeAll, timestamp } from './util.ts'

export interface BuildOptions {
  readonly tags: readonly string[]
  readonly noCache: boolean
  readonly keepContainers: boolean
  readonly forceRemove: boolean
  readonly args: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly target: string
  readonly network: string
  /** Base images are asked of their registry, also those that are there. */
  readonly pulls: boolean
  readonly say: (text: string) => Flow<void>
}

interface Stage {
  readonly name: string
  image: Image | undefined
  config: ContainerConfig
}
const EXPANDED = new Set(['ADD', 'COPY', 'ENV', 'EXPOSE', 'FROM', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR', 'ONBUILD'])
const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
const PREDEFINED_ARGS = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'FTP_PROXY', 'ftp_proxy', 'NO_PROXY', 'no_proxy']

class Build {
  readonly #daemon: Daemon
  readonly #options: BuildOptions
  readonly #context: string
  readonly #stages: Stage[] = []
  #args = new Map<string, string>()
  readonly #globalArgs = new Map<string, string>()
  readonly #usedArgs = new Set<string>()
  #isCaching: boolean

  constructor(daemon: Daemon, options: BuildOptions, context: string) {
    this.#daemon = daemon
    this.#options = options
    this.#context = context
    this.#isCaching = !options.noCache
  }
  get #stage(): Stage {
    const stage = this.#stages.at(-1)
    if (stage === undefined) throw badRequest('no build stage in current context')
    return stage
  }

  *run(instructions: readonly Instruction[]): Flow<Image> {
    const extra = Object.entries(this.#options.labels).map(([k, v]) => parseInstruction(`LABEL ${JSON.stringify(k)}=${JSON.stringify(v)}`, 0)).flatMap((i) => ('error' in i ? [] : [i]))
    const all = [...instructions, ...extra]
    for (const [at, instruction] of all.entries()) {
      if (this.#options.target !== '' && instruction.name === 'FROM' && this.#stages.at(-1)?.name.toLowerCase() === this.#options.target.toLowerCase()) break
      yield* this.#options.say(`Step ${at + 1}/${all.length} : ${instruction.name} ${formatRest(instruction)}\n`)
      yield* this.#step(instruction)
    }
    const { image } = this.#stage
    if (this.#options.target !== '' && !this.#stages.some((s) => s.name.toLowerCase() === this.#options.target.toLowerCase())) throw badRequest(`failed to reach build target ${this.#options.target} in Dockerfile`)
    if (image === undefined) throw badRequest('No image was generated. Is your Dockerfile empty?')
    const unused = Object.keys(this.#options.args).filter((a) => !this.#usedArgs.has(a) && !PREDEFINED_ARGS.includes(a)).sort()
    if (unused.length > 0) yield* this.#options.say(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`)
    return image
  }

  #environment(): ReadonlyMap<string, string> {
    const env = new Map(this.#args)
    for (const e of this.#stages.at(-1)?.config.Env ?? []) env.set(e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1))
    return env
  }

  *#step(raw: Instruction): Flow<void> {
    const expanded = EXPANDED.has(raw.name) ? { ...raw, rest: expandVariables(raw.rest, raw.name === 'FROM' ? this.#globalArgs : this.#environment()), json: raw.json?.map((w) => expandVariables(w, this.#environment())) } : raw
    switch (raw.name) {
      case 'FROM': return yield* this.#from(expanded)
      case 'ARG': return yield* this.#arg(raw)
      case 'RUN': return yield* this.#runCommand(raw)
      case 'COPY': case 'ADD': return yield* this.#copy(expanded)
      default: return yield* this.#configure(expanded)
    }
  }

  *#from(i: Instruction): Flow<void> {
    const m = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(i.rest)
    if (m === null) throw badRequest('FROM requires either one or three arguments')
    const [, name, alias = String(this.#stages.length)] = m
    this.#args = new Map()
    this.#isCaching = !this.#options.noCache
    const earlier = this.#stages.find((s) => s.name.toLowerCase() === name.toLowerCase())
    if (name === 'scratch') {
      this.#stages.push({ name: alias, image: undefined, config: emptyConfig() })
      return yield* this.#options.say(' ---> \n')
    }
    const image = earlier?.image ?? this.#daemon.images.find(name)
    if (image === undefined || (earlier === undefined && this.#options.pulls)) {
      const parsed = parseReference(name)
      if (isReferenceError(parsed)) throw notFound(`failed to parse stage name ${JSON.stringify(name)}: ${parsed.error}`)
      return yield* contactRegistry(this.#daemon, parsed.name)
    }
    this.#stages.push({ name: alias, image, config: { ...emptyConfig(), ...(JSON.parse(JSON.stringify(image.file.config)) as ContainerConfig), Image: image.id } })
    yield* this.#options.say(` ---> ${short(image.id)}\n`)
    const triggers = this.#stage.config.OnBuild ?? []
    this.#stage.config.OnBuild = null
    if (triggers.length > 0) yield* this.#options.say(`# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n`)
    for (const trigger of triggers) {
      const instruction = parseInstruction(trigger, i.line)
      if (!('error' in instruction)) yield* this.#step(instruction)
    }
    if (this.#stage.config.Env === null) this.#stage.config.Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  }

  *#arg(i: Instruction): Flow<void> {
    for (const word of i.rest.split(/\s+/)) {
      const [name, ...value] = word.split('=')
      const given = this.#options.args[name]
      const text = given ?? (value.length > 0 ? expandVariables(value.join('='), this.#environment()).replace(/^"(.*)"$/, '$1') : this.#globalArgs.get(name))
      this.#usedArgs.add(name)
      if (this.#stages.length === 0) {
        if (text !== undefined) this.#globalArgs.set(name, text)
      } else if (text !== undefined) this.#args.set(name, text)
    }
    if (this.#stages.length > 0) yield* this.#finish(`/bin/sh -c #(nop)  ARG ${i.rest}`, true)
  }

  *#configure(i: Instruction): Flow<void> {
    const { config } = this.#stage
    const shown = changeConfig(config, i)
    if (shown === undefined) throw badRequest(`unknown instruction: ${i.name}`)
    const blank = i.name === 'WORKDIR' ? '' : ' '
    yield* this.#finish(`/bin/sh -c #(nop) ${blank}${shown}`, i.name !== 'WORKDIR', i.name === 'WORKDIR' ? config.WorkingDir : undefined)
  }

  /** What an earlier build left behind this image with the same command. */
  #cached(createdBy: string): Image | undefined {
    if (!this.#isCaching) return undefined
    const parent = this.#stage.image?.id ?? ''
    const wanted = JSON.stringify(orderedConfig({ ...this.#stage.config, Image: '' }))
    const found = [...this.#daemon.images.childrenOf(parent)].filter((child) => child.file.history.at(-1)?.created_by === createdBy && JSON.stringify(orderedConfig({ ...emptyConfig(), ...child.file.config, Image: '' })) === wanted)
    return found.sort((a, b) => (a.file.created < b.file.created ? 1 : -1))[0]
  }
  *#useCached(createdBy: string): Flow<boolean> {
    const hit = this.#cached(createdBy)
    if (hit === undefined) {
      this.#isCaching = false
      return false
    }
    this.#stage.image = hit
    yield* this.#options.say(` ---> Using cache\n ---> ${short(hit.id)}\n`)
    return true
  }

  /** An image with another configuration but the same files; WORKDIR makes its directory. */
  *#finish(createdBy: string, isEmpty: boolean, directory?: string): Flow<void> {
    if (yield* this.#useCached(createdBy)) return
    const { config, image } = this.#stage
    const created = yield* createContainer(this.#daemon, '', { ...config, Cmd: ['/bin/sh', '-c', createdBy.replace('/bin/sh -c ', '')], Image: image?.id ?? '', HostConfig: {} })
    const container = this.#daemon.get(created.Id)
    yield* this.#options.say(` ---> Running in ${short(created.Id)}\n`)
    let result: Image
    if (directory !== undefined) {
      const root = yield* this.#daemon.layers.mount(container.cacheId)
      if (isErr(yield* stat(root + directory))) yield* mkdirAll(root + directory)
      yield* this.#daemon.layers.unmount(container.cacheId)
    }
    if (!isEmpty || (yield* hasChanges(this.#daemon, container))) result = yield* commitContainer(this.#daemon, { comment: '', author: '', createdBy, config, container })
    else result = yield* this.#emptyImage(createdBy)
    yield* forget(this.#daemon, container)
    yield* this.#options.say(`Removing intermediate container ${short(created.Id)}\n ---> ${short(result.id)}\n`)
    this.#stage.image = result
  }
  *#emptyImage(createdBy: string): Flow<Image> {
    const { config, image } = this.#stage
    const created = yield* timestamp()
    const file: ImageConfigFile = {
      architecture: 'amd64', config: orderedConfig(config), container_config: orderedConfig({ ...config, Cmd: ['/bin/sh', '-c', createdBy.replace('/bin/sh -c ', '')] }), created, docker_version: '20.10.24+dfsg1',
      history: [...(image?.file.history ?? []), { created, created_by: createdBy, empty_layer: true }], os: 'linux', rootfs: image?.file.rootfs ?? { type: 'layers', diff_ids: [] },
    }
    return yield* this.#daemon.images.add(file, image?.id ?? '')
  }

  *#runCommand(i: Instruction): Flow<void> {
    const { config, image } = this.#stage
    if (image === undefined) throw badRequest('Please provide a source image with `from` prior to run')
    const words = i.json === undefined ? [...(config.Shell ?? ['/bin/sh', '-c']), i.rest] : [...i.json]
    const args = [...this.#args].map(([k, v]) => `${k}=${v}`).sort()
    const createdBy = `${args.length > 0 ? `|${args.length} ${args.join(' ')} ` : ''}${words.join(' ')}`
    if (yield* this.#useCached(createdBy)) return
    const env = [...(config.Env ?? []), ...args.filter((a) => !(config.Env ?? []).some((e) => e.split('=')[0] === a.split('=')[0]))]
    const created = yield* createContainer(this.#daemon, '', { ...config, Cmd: words, Entrypoint: [''], Env: env, Image: image.id, Healthcheck: { Test: ['NONE'] }, HostConfig: { NetworkMode: this.#options.network } })
    const container = this.#daemon.get(created.Id)
    const { say } = this.#options
    yield* say(` ---> Running in ${short(created.Id)}\n`)
    container.waitingWatchers.add({
      *take(stream: StreamName, data: Uint8Array) {
        const text = decodeUtf8(data)
        yield* say(stream === 'stderr' ? `\x1b[91m${text}\x1b[0m` : text)
      },
    })
    yield* startContainer(this.#daemon, container)
    while (container.state.running) yield* this.#daemon.rt.wait(container.changed)
    const { exitCode } = container.state
    if (exitCode !== 0) {
      if (this.#options.forceRemove) yield* forget(this.#daemon, container)
      throw new ApiError(400, `The command '${words.join(' ')}' returned a non-zero code: ${exitCode}`)
    }
    const result = yield* commitContainer(this.#daemon, { comment: '', author: '', createdBy, config, container })
    if (!this.#options.keepContainers) {
      yield* forget(this.#daemon, container)
      yield* say(`Removing intermediate container ${short(created.Id)}\n`)
    }
    yield* say(` ---> ${short(result.id)}\n`)
    this.#stage.image = result
  }

  *#copy(i: Instruction): Flow<void> {
    const from = i.flags.get('from')
    const source = from === undefined ? undefined : (this.#stages.find((s) => s.name.toLowerCase() === from.toLowerCase()) ?? this.#stages[Number(from)])?.image ?? this.#daemon.images.find(from)
    if (from !== undefined && source === undefined) throw badRequest(`invalid from flag value ${from}: pull access denied for ${from}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`)
    const words = i.json ?? i.rest.split(/\s+/)
    if (words.length < 2) throw badRequest(`${i.name} requires at least two arguments, but only one was provided. Destination could not be determined.`)
    const request: CopyRequest = { name: i.name, sources: words.slice(0, -1), target: words.at(-1) ?? '', chown: i.flags.get('chown') ?? '', chmod: i.flags.get('chmod'), workingDir: this.#stage.config.WorkingDir }
    const made = yield* copyIntoImage(this.#daemon, request, this.#context, source, this.#stage.image, (createdBy) => this.#useCached(createdBy), this.#stage.config)
    if (made === undefined) return
    this.#stage.image = made
    yield* this.#options.say(` ---> ${short(made.id)}\n`)
  }
}

const formatRest = (i: Instruction): string => {
  const flags = [...i.flags].map(([k, v]) => `--${k}=${v} `).join('')
  return `${flags}${i.rest}`
}

export interface PreparedBuild {
  readonly instructions: readonly Instruction[]
  readonly members: readonly ArchivedMember[]
}

/** Reads the Dockerfile out of the context: what is wrong with it is answered before anything is said. Throws an ApiError. */
export function prepareBuild(archive: Uint8Array, dockerfile: string): PreparedBuild {
  const { members } = decodeArchive(archive)
  const file = members.find((m) => m.name.replace(/^\.\//, '') === dockerfile)?.data
  if (file === undefined) throw serverError(`Cannot locate specified Dockerfile: ${dockerfile}`)
  if (decodeUtf8(file).trim() === '') throw badRequest(`the Dockerfile (${dockerfile}) cannot be empty`)
  const instructions = parseDockerfile(decodeUtf8(file))
  if ('error' in instructions) throw badRequest(instructions.error.replace('(Dockerfile)', `(${dockerfile})`))
  if (instructions.find((i) => i.name !== 'ARG')?.name !== 'FROM') throw badRequest('no build stage in current context')
  return { instructions, members }
}

/** POST /build: unpacks the context, runs the steps. Throws an ApiError. */
export function* build(daemon: Daemon, { instructions, members }: PreparedBuild, options: BuildOptions): Flow<Image> {
  const random = yield* daemon.layers.newCacheId()
  const context = `${daemon.root}/tmp/docker-builder${Number.parseInt(random.slice(0, 7), 16)}`
  yield* mkdirAll(context, 0o700)
  yield* unpackTree(members, context, { owner: { uid: 0, gid: 0 } })
  try {
    const image = yield* new Build(daemon, options, context).run(instructions)
    yield* options.say(`Successfully built ${short(image.id)}\n`)
    for (const tag of options.tags) {
      const parsed = parseReference(tag)
      if (isReferenceError(parsed)) continue
      yield* daemon.images.tag(image.id, parsed)
      yield* options.say(`Successfully tagged ${withTag(parsed)}\n`)
    }
    return image
  } finally {
    yield* removeAll(context)
  }
}
