// Redirections to /dev/tcp/HOST/PORT and /dev/udp/HOST/PORT, which bash opens itself (lib/sh/netopen.c).
import { Errno, isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { gaiStrerror, getaddrinfo, isGaiError, sockAddrOf } from '../libc/getaddrinfo.ts'
import { servicePort } from '../libc/services.ts'
import { call } from '../libc/syscall.ts'
import { close } from '../libc/unistd.ts'
import type { Shell } from './state.ts'

const PATH = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/

export const isNetworkPath = (name: string): boolean => PATH.test(name)

/** A connected socket; the error is what the redirection says after the network's own complaint. */
export function* openNetwork(sh: Shell, name: string): Flow<number | Errno> {
  const match = PATH.exec(name)
  if (match === null) return Errno.ENOENT
  const [, protocol, host, service] = match
  const port = /^\d+$/.test(service) ? Number(service) : yield* servicePort(service, protocol)
  if (port === undefined) {
    yield* sh.error(`${service}: Servname not supported for ai_socktype`, '')
    return Errno.EINVAL
  }
  const found = yield* getaddrinfo(host)
  if (isGaiError(found)) {
    yield* sh.error(`${host}: ${gaiStrerror(found)}`, '')
    return Errno.EINVAL
  }
  let failure: Errno = Errno.EINVAL
  for (const [i, info] of found.entries()) {
    const fd = yield* call('socket', info.family, protocol === 'tcp' ? 'stream' : 'dgram', 0)
    if (isErr(fd)) {
      yield* sh.systemError('socket', fd)
      failure = fd
      continue
    }
    const connected = yield* call('connect', fd, sockAddrOf(info, port))
    if (!isErr(connected)) return fd
    failure = connected
    yield* close(fd)
    if (i === found.length - 1) yield* sh.systemError('connect', connected)
  }
  return failure
}
