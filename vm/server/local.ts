// A QEMU machine of this computer's own, without the service: for the command line's `--machine qemu`.
import type { Machine } from '../../lab/machine.ts'
import type { OpenVmOptions } from './options.ts'

/** Rejects with words for the user: what is missing and how to get it. */
export function openLocalQemu(_options: OpenVmOptions = {}): Promise<Machine> {
  return Promise.reject(new Error('the QEMU machine is still being built'))
}

/** Why there can be no QEMU machine here, in words; undefined if there can. */
export function lacksForQemu(): string | undefined {
  return 'the QEMU machine is still being built'
}
