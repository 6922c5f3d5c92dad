// `isolab sh`: a script on a fresh simulated host, or on the machine that is named.
import { readFileSync, writeSync } from 'node:fs'
import { bootMachine } from '../simulator/machine/machine.ts'
import { machineArgument } from './machines.ts'
import { imagesArgument, parseArguments, userArgument, UsageError } from './usage.ts'

/** Writes all of it to standard output, also to a pipe that is full for the moment. Answers false once nobody reads any more. */
function writeOut(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') return false
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
  return true
}

export function sh(args: readonly string[]): number | Promise<number> {
  const parsed = parseArguments(args, { flags: ['docker', 'compose'], values: ['user', 'machine', 'images'] })
  const user = userArgument(parsed)
  if (process.stdin.isTTY) throw new UsageError("sh reads its script from standard input; for a terminal there is 'isolab shell'")
  const script = readFileSync(0)
  const name = machineArgument(parsed)
  const images = imagesArgument(parsed)
  if (name !== 'sim' && images.length > 0) throw new UsageError('--images and --compose are made for the simulated machine')
  if (name !== 'sim') return import('./machine-sh.ts').then(({ machineSh }) => machineSh({ machine: name, user, docker: parsed.flags.has('docker') }, script.toString()))
  const machine = bootMachine({ docker: parsed.flags.has('docker'), images })
  const { status } = machine.runScript(script, {
    user,
    onOutput: (bytes) => {
      if (!writeOut(bytes)) process.exit(141)
    },
  })
  return status
}
