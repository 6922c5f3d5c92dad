// Instructions that change only an image's configuration: in a Dockerfile, and with --change of docker commit and import (builder/dockerfile/dispatchers.go).
import { parseDuration } from '../client/usage.ts'
import type { ContainerConfig } from '../api.ts'
import { badRequest } from './api-error.ts'
import { type Instruction, parseInstruction, parsePairs, splitWords } from './dockerfile.ts'
import { cleanPath } from './mounts.ts'

const shellForm = (config: ContainerConfig, i: Instruction): string[] => (i.json === undefined ? [...(config.Shell ?? ['/bin/sh', '-c']), i.rest] : [...i.json])

function healthcheck(i: Instruction): ContainerConfig['Healthcheck'] {
  if (/^NONE$/i.test(i.rest)) return { Test: ['NONE'] }
  const time = (name: string): number | undefined => (i.flags.has(name) ? parseDuration(i.flags.get(name) ?? '') : undefined)
  const [interval, timeout, start] = [time('interval'), time('timeout'), time('start-period')]
  return {
    Test: i.json === undefined ? ['CMD-SHELL', i.rest.replace(/^CMD\s+/i, '')] : ['CMD', ...i.json], ...(interval === undefined ? {} : { Interval: interval }), ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(start === undefined ? {} : { StartPeriod: start }), ...(i.flags.has('retries') ? { Retries: Number(i.flags.get('retries')) } : {}),
  }
}

/** Applies one; answers what history shows of it (`WORKDIR /srv`), or undefined if the instruction does more than that. Throws an ApiError. */
export function changeConfig(config: ContainerConfig, i: Instruction): string | undefined {
  const needsOne = (): void => {
    if (i.rest.trim() === '') throw badRequest(`${i.name} requires exactly one argument`)
  }
  switch (i.name) {
    case 'CMD':
      config.Cmd = shellForm(config, i)
      return `CMD ${goList(config.Cmd)}`
    case 'ENTRYPOINT':
      config.Entrypoint = i.rest === '' ? null : shellForm(config, i)
      return `ENTRYPOINT ${goList(config.Entrypoint ?? [])}`
    case 'ENV': {
      const pairs = parsePairs(i.rest)
      if (pairs === undefined) throw badRequest('ENV must have two arguments')
      const env = new Map((config.Env ?? []).map((e) => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)]))
      for (const [k, v] of pairs) env.set(k, v)
      config.Env = [...env].map(([k, v]) => `${k}=${v}`)
      return `ENV ${pairs.map(([k, v]) => `${k}=${v}`).join(' ')}`
    }
    case 'LABEL': {
      const pairs = parsePairs(i.rest)
      if (pairs === undefined) throw badRequest('LABEL must have two arguments')
      config.Labels = { ...config.Labels, ...Object.fromEntries(pairs) }
      return `LABEL ${pairs.map(([k, v]) => `${k}=${v}`).join(' ')}`
    }
    case 'EXPOSE': {
      const ports = splitWords(i.rest).map((p) => (p.includes('/') ? p : `${p}/tcp`))
      for (const port of ports) if (!/^\d+(?:-\d+)?\/(?:tcp|udp|sctp)$/.test(port)) throw badRequest(`Invalid containerPort: ${port.split('/')[0]}`)
      config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(ports.map((p) => [p, {}])) }
      return `EXPOSE ${splitWords(i.rest).toSorted().join(' ')}`
    }
    case 'VOLUME': {
      const paths = i.json ?? splitWords(i.rest)
      if (paths.length === 0) throw badRequest('VOLUME requires at least one argument')
      config.Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((p) => [p, {}])) }
      return `VOLUME [${paths.join(' ')}]`
    }
    case 'USER':
      needsOne()
      config.User = i.rest
      return `USER ${i.rest}`
    case 'WORKDIR':
      needsOne()
      config.WorkingDir = cleanPath(i.rest.startsWith('/') ? i.rest : `${config.WorkingDir}/${i.rest}`)
      return `WORKDIR ${config.WorkingDir}`
    case 'STOPSIGNAL':
      needsOne()
      config.StopSignal = i.rest
      return `STOPSIGNAL ${i.rest}`
    case 'SHELL':
      if (i.json === undefined) throw badRequest('SHELL requires the arguments to be in JSON form')
      config.Shell = [...i.json]
      return `SHELL [${i.json.join(' ')}]`
    case 'HEALTHCHECK':
      config.Healthcheck = healthcheck(i)
      return `HEALTHCHECK ${healthText(config.Healthcheck)}`
    case 'ONBUILD':
      config.OnBuild = [...(config.OnBuild ?? []), i.rest]
      return `ONBUILD ${i.rest}`
    case 'MAINTAINER': return `MAINTAINER ${i.rest}`
    default: return undefined
  }
}
const goList = (words: readonly string[]): string => `[${words.map((w) => JSON.stringify(w)).join(' ')}]`
const healthText = (h: ContainerConfig['Healthcheck']): string => `&{[${(h?.Test ?? []).map((t) => JSON.stringify(t)).join(' ')}] "${(h?.Interval ?? 0) / 1e9}s" "${(h?.Timeout ?? 0) / 1e9}s" "${(h?.StartPeriod ?? 0) / 1e9}s" '\\x00'}`

const CHANGES = ['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'ONBUILD', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR']
/** --change. Throws an ApiError. */
export function applyChange(config: ContainerConfig, text: string): void {
  const word = text.trim().split(/\s/)[0]
  if (!CHANGES.includes(word.toUpperCase())) throw badRequest(`${word.toLowerCase()} is not a valid change command`)
  const instruction = parseInstruction(text, 1)
  if ('error' in instruction) throw badRequest(instruction.error)
  changeConfig(config, instruction)
}
