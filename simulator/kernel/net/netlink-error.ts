// A refused netlink request with the kernel's own words (NL_SET_ERR_MSG): iproute2 prints them after `Error: `.
import type { Errno } from '../../abi/errno.ts'

export class NetlinkError {
  readonly errno: Errno
  readonly extack: string
  constructor(errno: Errno, extack: string) {
    this.errno = errno
    this.extack = extack
  }
}
