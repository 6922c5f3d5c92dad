// Image names: `[DOMAIN/]PATH[:TAG][@DIGEST]` (docker/distribution/reference), familiar names for Docker Hub's.
export interface Reference {
  /** Name without tag as people write it: `busybox`, `user/app`, `host:5000/app`. */
  readonly name: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const NAME = /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/

export interface ReferenceError {
  readonly error: string
}

/** Answers the reference or Go's message. */
export function parseReference(text: string): Reference | ReferenceError {
  if (/^[0-9a-f]{64}$/.test(text)) return { error: `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings` }
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const rest = at < 0 ? text : text.slice(0, at)
  const colon = rest.lastIndexOf(':')
  const hasTag = colon > rest.lastIndexOf('/')
  const name = hasTag ? rest.slice(0, colon) : rest
  const tag = hasTag ? rest.slice(colon + 1) : undefined
  const path = name.slice(name.indexOf('/') + 1)
  const isDomain = /[.:]|^localhost$/.test(name.slice(0, Math.max(0, name.indexOf('/'))))
  if (name !== '' && (isDomain ? path : name) !== (isDomain ? path : name).toLowerCase()) return { error: 'invalid reference format: repository name must be lowercase' }
  if (!NAME.test(name) || (tag !== undefined && !TAG.test(tag)) || (digest !== undefined && !/^[a-z0-9+.]+:[0-9a-f]{32,}$/.test(digest))) return { error: 'invalid reference format' }
  return { name: name.replace(/^docker\.io\//, '').replace(/^library\//, ''), tag, digest }
}

export const isReferenceError = (r: Reference | ReferenceError): r is ReferenceError => 'error' in r
/** `name:tag`, `latest` where nothing is said. */
export const withTag = (r: Reference): string => (r.digest !== undefined ? `${r.name}@${r.digest}` : `${r.name}:${r.tag ?? 'latest'}`)
