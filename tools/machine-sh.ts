// `isolab sh` and `isolab shell` on a real machine. The simulator has its own, direct way (command-sh.ts, command-shell.ts).
import { openGuests, openMachine, orUnavailable } from './machines.ts'
import type { MachineName } from './machines.ts'

interface Start { readonly machine: MachineName; readonly user: string; readonly docker: boolean }

/** Runs the script to its end; answers its exit status. What it prints comes out as it is printed. */
export async function machineSh({ machine: name, user, docker }: Start, script: string): Promise<number> {
  const guests = await openGuests(name, docker)
  return closing(guests, async () => {
    const { agent } = await orUnavailable(name, guests.pristine())
    let written = Promise.resolve()
    const { status } = await agent.run(script, {
      user,
      onOutput: (bytes) => {
        written = new Promise((resolve) => process.stdout.write(bytes, () => resolve()))
      },
    })
    await written
    return status
  })
}

/** This terminal, in raw mode, becomes a terminal of the machine; answers the exit status of its shell. */
export async function machineShell({ machine: name, user, docker }: Start): Promise<number> {
  const { stdin, stdout } = process
  const size = (): { rows: number; cols: number } => ({ rows: stdout.rows || 24, cols: stdout.columns || 80 })
  if (stdin.isTTY) process.stderr.write(`isolab: starting ${name} …\n`)
  const machine = await openMachine(name, { lesson: 'playground', docker, setup: '', terminals: [{ name: 'host', user, ...size() }] })
  return closing(machine, async () => {
    const terminal = await machine.openTerminal({ name: 'host', user, ...size() })
    const ended = Promise.withResolvers<number>()
    terminal.onOutput((bytes, done) => void stdout.write(bytes, () => done()))
    terminal.onClosed((status) => ended.resolve(status))
    const onResize = (): void => terminal.resize(size().rows, size().cols)
    const onInput = (bytes: Buffer): void => terminal.type(Uint8Array.from(bytes))
    // A script instead of a person: its end is Ctrl-D.
    const onEnd = (): void => {
      if (!stdin.isTTY) terminal.type(Uint8Array.of(4))
    }
    stdout.on('resize', onResize)
    stdin.on('data', onInput).on('end', onEnd)
    if (stdin.isTTY) stdin.setRawMode(true)
    try {
      return await ended.promise
    } finally {
      stdout.off('resize', onResize)
      stdin.off('data', onInput).off('end', onEnd)
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
    }
  })
}

/** Whatever happens, the machine is ended: also by a signal. */
async function closing(machine: { close(): void }, work: () => Promise<number>): Promise<number> {
  const signalled = Promise.withResolvers<number>()
  const handlers = ([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const).map(([signal, status]) => [signal, () => signalled.resolve(status)] as const)
  for (const [signal, handler] of handlers) process.once(signal, handler)
  try {
    return await Promise.race([work(), signalled.promise])
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler)
    machine.close()
  }
}
