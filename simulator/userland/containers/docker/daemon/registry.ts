// Going out to a registry or after a URL: as far as names, routes and connections let the daemon come. What a registry says is not simulated.
import type { Flow } from '../../../../abi/syscalls.ts'
import { GoError } from '../../go-error.ts'
import { reach } from '../../go-net.ts'
import { ApiError, serverError } from './api-error.ts'
import type { Daemon } from './daemon.ts'

/** Status of an answer that isn't simulated; the client ends with 95. */
const NOT_IMPLEMENTED = 501
const HUB = 'registry-1.docker.io'

/** Throws an ApiError in any case: how far it got, or that what comes then isn't simulated. */
export function* fetchUrl(daemon: Daemon, url: string): Flow<never> {
  try {
    yield* reach(url, (fd, events, timeoutMs) => daemon.rt.ready(fd, events, timeoutMs))
  } catch (thrown) {
    if (thrown instanceof GoError) throw serverError(thrown.message)
    throw thrown
  }
  throw new ApiError(NOT_IMPLEMENTED, `fetching ${url} is real, but not simulated here`)
}

/** Asks the registry that a repository's name begins with, or Docker Hub. */
export function* contactRegistry(daemon: Daemon, repository: string): Flow<never> {
  const [first = '', ...rest] = repository.split('/')
  const hasHost = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first)) && first !== 'docker.io'
  const host = hasHost ? first : HUB
  // Docker takes plain HTTP for a registry on this machine.
  return yield* fetchUrl(daemon, `${/^(?:localhost|127\.)/.test(host) ? 'http' : 'https'}://${host}/v2/`)
}
