// getifaddrs(3) for hostname -I: the addresses of interfaces that are up, without loopback and link-local ones.
import type { Flow } from '../../../abi/syscalls.ts'

/** Nothing before the network has interfaces to ask. */
export function* hostAddresses(): Flow<readonly string[]> {
  return []
}
