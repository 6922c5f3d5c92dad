// What every compose command asks of the daemon: the containers, networks and volumes of a project, found by their labels.
import type { Flow } from '../../../../abi/syscalls.ts'
import { type Cli } from '../client/cli.ts'
import { query, RequestError } from '../client/connection.ts'
import type { CreateRequest } from '../api.ts'
import { LABEL } from './service-request.ts'

export interface ComposeContainer {
  readonly id: string
  readonly name: string
  readonly service: string
  readonly number: number
  readonly image: string
  readonly imageId: string
  readonly command: string
  readonly created: number
  readonly state: string
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly { readonly IP?: string; readonly PrivatePort: number; readonly PublicPort?: number; readonly Type: string }[]
}
interface ListedContainer {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Image: string
  readonly ImageID: string
  readonly Command: string
  readonly Created: number
  readonly State: string
  readonly Status: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Ports: ComposeContainer['ports']
}
export interface Inspected {
  readonly Id: string
  readonly State: { readonly Status: string; readonly StartedAt: string; readonly Running: boolean; readonly ExitCode: number; readonly Health?: { readonly Status: string } }
  readonly Config: { readonly Tty: boolean; readonly Healthcheck?: { readonly Test: readonly string[] } }
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } }
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> }
}

const parse = <T>(text: string): T => JSON.parse(text) as T
const labelFilter = (...labels: readonly string[]): string => JSON.stringify({ label: Object.fromEntries(labels.map((l) => [l, true])) })

export class Backend {
  readonly cli: Cli
  constructor(cli: Cli) {
    this.cli = cli
  }

  *request(method: string, path: string, body?: unknown): Flow<string> {
    return (yield* this.cli.api.request(method, path, body)).text
  }
  /** Undefined if there is none. */
  *find<T>(path: string): Flow<T | undefined> {
    try {
      return parse<T>(yield* this.request('GET', path))
    } catch (thrown) {
      if (thrown instanceof RequestError && thrown.isNotFound) return undefined
      throw thrown
    }
  }

  /** By service and number. `oneOff`: those of `compose run` as well, or only them. */
  *containers(project: string, options: { readonly all: boolean; readonly oneOff?: 'include' | 'only' }): Flow<readonly ComposeContainer[]> {
    const filters = labelFilter(`${LABEL.project}=${project}`)
    const listed = parse<readonly ListedContainer[]>(yield* this.request('GET', `/containers/json${query({ all: options.all, filters })}`))
    return listed.map((c): ComposeContainer => ({
      id: c.Id, name: c.Names[0].slice(1), service: c.Labels[LABEL.service] ?? '', number: Number(c.Labels[LABEL.number] ?? '1'), image: c.Image, imageId: c.ImageID, command: c.Command, created: c.Created, state: c.State,
      status: c.Status, labels: c.Labels, ports: c.Ports,
    })).filter((c) => {
      const isOneOff = c.labels[LABEL.oneOff] === 'True'
      return options.oneOff === 'include' || isOneOff === (options.oneOff === 'only')
    }).sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : a.number - b.number))
  }
  *allProjects(all: boolean): Flow<readonly ListedContainer[]> {
    return parse<readonly ListedContainer[]>(yield* this.request('GET', `/containers/json${query({ all, filters: labelFilter(LABEL.project) })}`))
  }
  *networksOf(project: string): Flow<readonly { readonly Name: string; readonly Id: string }[]> {
    return parse(yield* this.request('GET', `/networks${query({ filters: labelFilter(`${LABEL.project}=${project}`) })}`))
  }

  *inspect(id: string): Flow<Inspected> {
    return parse<Inspected>(yield* this.request('GET', `/containers/${id}/json`))
  }
  *imageId(name: string): Flow<string | undefined> {
    return (yield* this.find<{ readonly Id: string }>(`/images/${encodeURIComponent(name).replace(/%3A/g, ':').replace(/%2F/g, '/')}/json`))?.Id
  }
  *create(name: string, request: CreateRequest): Flow<string> {
    const { Id: id, Warnings: warnings } = parse<{ readonly Id: string; readonly Warnings: readonly string[] | null }>(yield* this.request('POST', `/containers/create${query({ name })}`, request))
    for (const warning of warnings ?? []) yield* this.cli.c.stderr.write(` ! ${warning}\n`)
    return id
  }
  *start(id: string): Flow<void> {
    yield* this.request('POST', `/containers/${id}/start`)
  }
  *stop(id: string, seconds?: number): Flow<void> {
    yield* this.request('POST', `/containers/${id}/stop${query({ t: seconds === undefined ? undefined : String(seconds) })}`)
  }
  *remove(id: string, options: { readonly force?: boolean; readonly volumes?: boolean } = {}): Flow<void> {
    yield* this.request('DELETE', `/containers/${id}${query({ force: options.force, v: options.volumes })}`)
  }
}
