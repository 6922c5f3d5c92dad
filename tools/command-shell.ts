// `isolab shell`: the simulated host behind this terminal. The terminal is put into raw mode, so that echo, line editing and signals
// are the simulated kernel's; its virtual time is held to the wall clock.
import { bootMachine } from '../simulator/machine/machine.ts'
import { Pacer } from '../lab/session/pacer.ts'
import { machineArgument } from './machines.ts'
import { imagesArgument, parseArguments, UsageError, userArgument } from './usage.ts'

const STEPS_AT_ONCE = 5_000
const SLICE_MS = 15
/** A busy machine may be so far ahead of the wall clock before it has to wait. */
const AHEAD_NS = 20e6

export function shell(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args, { flags: ['docker', 'compose'], values: ['user', 'machine', 'images'] })
  const user = userArgument(parsed)
  const name = machineArgument(parsed)
  const images = imagesArgument(parsed)
  if (name !== 'sim' && images.length > 0) throw new UsageError('--images and --compose are made for the simulated machine')
  if (name !== 'sim') return import('./machine-sh.ts').then(({ machineShell }) => machineShell({ machine: name, user, docker: parsed.flags.has('docker') }))
  const machine = bootMachine({ docker: parsed.flags.has('docker'), images, seed: 1 })
  const size = (): [number, number] => [process.stdout.rows || 24, process.stdout.columns || 80]
  const [rows, cols] = size()
  const terminal = machine.openTerminal({ user, rows, cols })
  const pacer = new Pacer(() => performance.now(), machine.now)
  const { stdin, stdout } = process

  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    let immediate: NodeJS.Immediate | undefined
    let isFull = false

    const finish = (status: number): void => {
      clearTimeout(timer)
      if (immediate !== undefined) clearImmediate(immediate)
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
      stdin.removeAllListeners('data')
      resolve(status)
    }

    /** One slice: runs what is due by the wall clock, prints, and arranges for the next. */
    const turn = (): void => {
      clearTimeout(timer)
      immediate = undefined
      const end = performance.now() + SLICE_MS
      for (;;) {
        const run = machine.run({ maxSteps: STEPS_AT_ONCE, until: pacer.target })
        const bytes = terminal.drain()
        if (bytes.length > 0) isFull = !stdout.write(bytes)
        if (terminal.isClosed && bytes.length === 0) return finish(terminal.exitStatus ?? 0)
        if (isFull) return
        if (run.state === 'busy' || bytes.length > 0) {
          if (machine.now > pacer.target + AHEAD_NS) timer = setTimeout(turn, pacer.delayUntil(machine.now))
          else if (performance.now() < end) continue
          else {
            pacer.fellBehind(machine.now)
            immediate = setImmediate(turn)
          }
        } else if (run.state === 'sleeping') timer = setTimeout(turn, Math.max(0, pacer.delayUntil(run.deadline)))
        return
      }
    }

    stdout.on('drain', () => {
      isFull = false
      turn()
    })
    stdout.on('resize', () => {
      terminal.resize(...size())
      turn()
    })
    stdin.on('data', (bytes: Buffer) => {
      terminal.input(bytes)
      if (!isFull && immediate === undefined) turn()
    })
    stdin.on('end', () => {
      if (!stdin.isTTY) terminal.input(Uint8Array.of(4))
      turn()
    })
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        terminal.hangup()
        finish(signal === 'SIGHUP' ? 129 : 143)
      })
    }
    if (stdin.isTTY) stdin.setRawMode(true)
    turn()
  })
}
