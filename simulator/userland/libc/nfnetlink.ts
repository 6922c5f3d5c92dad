// The program's side of NETLINK_NETFILTER (libmnl, libnftnl): one socket, requests and their answers.
import { type Errno, isErr } from '../../abi/errno.ts'
import { NETLINK_NETFILTER } from '../../abi/netlink.ts'
import type { NfDatagram, NfReply, NfRequest, NftChange } from '../../abi/nf-tables.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { call } from './syscall.ts'

export interface BatchError { readonly errno: Errno; readonly index: number }

export class Nfnl {
  #fd: number

  constructor() {
    this.#fd = -1
  }

  /** The replies without their end, or why there are none. */
  *ask(request: NfRequest): Flow<readonly NfReply[] | Errno> {
    if (this.#fd < 0) {
      const fd = yield* call('socket', 'netlink', 'raw', NETLINK_NETFILTER)
      if (isErr(fd)) return fd
      this.#fd = fd
    }
    const sent = yield* call('sendmsg', this.#fd, request)
    if (isErr(sent)) return sent
    const replies = yield* call('recvmsg', this.#fd, 0)
    if (isErr(replies)) return replies
    for (const reply of replies as NfDatagram) if (reply.type === 'NLMSG_ERROR' && reply.index === undefined) return reply.errno
    return (replies as NfDatagram).filter((reply) => reply.type !== 'NLMSG_DONE')
  }

  /** Sends changes as one batch; answers what was refused (nothing: all done), by its place in the batch. */
  *commit(changes: readonly NftChange[]): Flow<readonly BatchError[] | Errno> {
    const replies = yield* this.ask({ type: 'NFT_BATCH', changes })
    if (isErr(replies)) return replies
    return replies.flatMap((reply) => (reply.type === 'NLMSG_ERROR' && reply.index !== undefined ? [{ errno: reply.errno, index: reply.index }] : []))
  }
}
