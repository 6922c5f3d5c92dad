// Network namespaces (net/core/net_namespace.c, network_namespaces(7)): devices, addresses, routes and sysctls of their own.
import type { Kernel } from '../kernel.ts'
import { Namespace } from '../ns/ns-common.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'

export class NetNamespace extends Namespace {
  readonly type = 'net'

  constructor(kernel: Kernel, owner: UserNamespace, ino?: number) {
    super(kernel, owner, ino)
  }
}
