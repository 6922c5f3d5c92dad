// The RAM of a machine at its start, once in memory for all machines: sealed, so that nobody can change it (vm/image/server/seal.c), and mapped private by
// each QEMU, which gets a page of its own when the guest first writes to it. That is why a machine is ready at once and costs only what it changes.
import { spawn } from 'node:child_process'
import { chmodSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Answers a descriptor of the sealed copy. It holds the memory as long as it is open, here or in a machine. */
export async function sealRam(sealCommand: string, ramFile: string): Promise<number> {
  chmodSync(sealCommand, 0o755)
  const child = spawn(sealCommand, [ramFile], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`the RAM of the machine could not be sealed (status ${status ?? 'none'})`)))
  })
  const descriptor = openSync(line.split(' ')[0] ?? '', 'r')
  child.stdin.end()
  return descriptor
}
