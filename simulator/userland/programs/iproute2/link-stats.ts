// Counters of a device (print_stats64 in ip/ipaddress.c): columns as wide as what stands in them; `-s -s` shows kinds of errors, too.
import type { Link } from '../../../abi/netlink.ts'
import { type IpOptions, type Json, newline } from './output.ts'

const MIN_WIDTHS = [10, 7, 6, 7, 7, 7]

function rows(link: Link): { rx: readonly number[]; tx: readonly number[]; rxErrors: readonly number[]; txErrors: readonly number[] } {
  const { rx, tx } = link
  return {
    rx: [rx.bytes, rx.packets, rx.errors, rx.dropped, 0, rx.multicast ?? 0], tx: [tx.bytes, tx.packets, tx.errors, tx.dropped, 0, 0],
    rxErrors: [0, 0, 0, 0, 0], txErrors: [0, 0, 0, 0, link.carrierChanges],
  }
}

/** With a line break before each line. */
export function statsText(link: Link, o: IpOptions): string {
  const { rx, tx, rxErrors, txErrors } = rows(link)
  const errors = o.stats > 1
  const width = MIN_WIDTHS.map((min, i) => Math.max(min, ...[rx[i], tx[i], ...(errors && i > 0 ? [rxErrors[i - 1], txErrors[i - 1]] : [])].map((n) => String(n).length)))
  const cells = (list: readonly (string | number)[], from: number): string => list.map((cell, i) => String(cell).padStart(width[i + from])).join(' ')
  const head = (label: string, names: readonly string[]): string => `${newline(o)}    ${label}: ${names[0].padStart(width[0] - 4)} ${cells(names.slice(1), 1)}           `
  const values = (list: readonly number[]): string => `${newline(o)}    ${cells(list, 0)} `
  const errorHead = (label: string, names: readonly string[]): string => `${newline(o)}    ${label} errors:${' '.repeat(width[0] - 10)} ${cells(names, 1)}`
  const errorValues = (list: readonly number[]): string => `${newline(o)}    ${' '.repeat(width[0])} ${cells(list, 1)} `
  return head('RX', ['bytes', 'packets', 'errors', 'dropped', 'missed', 'mcast']) + values(rx) +
    (errors ? errorHead('RX', ['length', 'crc', 'frame', 'fifo', 'overrun']) + errorValues(rxErrors) : '') +
    head('TX', ['bytes', 'packets', 'errors', 'dropped', 'carrier', 'collsns']) + values(tx) +
    (errors ? errorHead('TX', ['aborted', 'fifo', 'window', 'heartbt', 'transns']) + errorValues(txErrors) : '')
}

export function statsJson({ rx, tx, carrierChanges }: Link, o: IpOptions): Record<string, Json> {
  const errors = o.stats > 1
  return {
    stats64: {
      rx: {
        bytes: rx.bytes, packets: rx.packets, errors: rx.errors, dropped: rx.dropped, over_errors: 0, multicast: rx.multicast ?? 0,
        ...(errors ? { length_errors: 0, crc_errors: 0, frame_errors: 0, fifo_errors: 0, missed_errors: 0 } : {}),
      },
      tx: {
        bytes: tx.bytes, packets: tx.packets, errors: tx.errors, dropped: tx.dropped, carrier_errors: 0, collisions: 0,
        ...(errors ? { aborted_errors: 0, fifo_errors: 0, window_errors: 0, heartbeat_errors: 0, carrier_changes: carrierChanges } : {}),
      },
    },
  }
}
