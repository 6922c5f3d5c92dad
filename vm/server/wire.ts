// What the page and the service say to each other over a WebSocket. Binary messages are the byte stream to and from the guest agent, in order; both sides count
// its bytes from the machine's start, keep what the other has not acknowledged, and send it again after a reconnection. Text messages are these, as JSON.

export type ClientMessage =
  | { readonly type: 'start'; readonly ticket: string; readonly docker: boolean }
  /** Back again. `machine` and `received` tell how far the stream had come; without `received` (the page was loaded anew) it begins at the next whole frame. */
  | { readonly type: 'resume'; readonly session: string; readonly key: string; readonly machine?: number; readonly received?: number }
  /** A fresh machine in place of this one. */
  | { readonly type: 'reset' }
  | { readonly type: 'ack'; readonly received: number }
  /** The machine is no longer needed. */
  | { readonly type: 'bye' }

export type Limit = 'idle' | 'total'

export type ServerMessage =
  | { readonly type: 'queued'; readonly position: number; readonly seconds?: number }
  /** A machine is there, the `machine`-th of this session. `received`: bytes of the client's stream that have come; `from`: at which count the service's goes on. */
  | { readonly type: 'ready'; readonly session: string; readonly key: string; readonly machine: number; readonly received: number; readonly from: number; readonly grace: number }
  | { readonly type: 'ack'; readonly received: number }
  /** The machine will be taken away in so many seconds. */
  | { readonly type: 'ending'; readonly limit: Limit; readonly seconds: number }
  /** The machine has ended by itself; a reset brings another. */
  | { readonly type: 'stopped'; readonly reason: string }
  /** The session is over; words for a learner. */
  | { readonly type: 'ended'; readonly reason: string }

/** Longest text message of a client. */
export const MAX_TEXT = 4096
/** Longest binary message of a client. */
export const MAX_BINARY = 64 * 1024
/** Bytes received without telling the sender. */
export const ACK_EVERY = 16 * 1024
/** Milliseconds until the sender is told in any case. */
export const ACK_AFTER = 500

/** WebSocket close codes of our own. */
export const CLOSE = { done: 1000, refused: 4001, violation: 4002, replaced: 4003, busy: 4004 } as const
