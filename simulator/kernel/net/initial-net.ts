// The host's network namespace (init_net): the one that is made first.
import type { Kernel } from '../kernel.ts'
import { Room } from '../rooms.ts'
import type { NetNamespace } from './net-namespace.ts'

export const INITIAL_NET = new Room<NetNamespace>('init-net')
/** Undefined only while it is being made. */
export const initialNet = (kernel: Kernel): NetNamespace | undefined => kernel.rooms.get(INITIAL_NET)
