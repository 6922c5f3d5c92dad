// `npm run bench`: how long the simulated machine takes, and the same on this computer's own kernel where that is allowed. The ratio is
// what to look at, since both sides share the day's weather; nothing here passes or fails.
import { spawnSync } from 'node:child_process'
import { bootMachine } from '../../simulator/machine/machine.ts'
import { Session } from '../../lab/session/session.ts'
import { networkReport } from './network.ts'
import { scaleReport } from './scale.ts'

const PS = 'unshare -Urpf --mount-proc ps aux'
/** A session's code runs often enough to be compiled well; what is run for the first time takes several times as long. */
const UNTIL_COMPILED = 250
const THOUSAND = 'for i in $(seq 1000); do sleep 30 & pids="$pids $!"; done; kill $pids; wait $pids; true'
const COMMANDS = ['echo hello', 'ls /etc | wc -l', 'cd /tmp', 'mkdir -p a/b/c', 'touch a/b/c/d', 'find a | sort', 'rm -r a', 'id', 'for i in 1 2 3; do echo $i; done', 'cat /proc/self/status | grep Pid']
const TWO_HUNDRED = Array.from({ length: 200 }, (_, i) => COMMANDS[i % COMMANDS.length] ?? '')

/** Median of the milliseconds that several calls took, after some to warm up. */
function median(times: number, call: () => unknown, warmUp = 1): number {
  for (let n = 0; n < warmUp; n++) call()
  const taken = Array.from({ length: times }, () => {
    const start = performance.now()
    call()
    return performance.now() - start
  })
  return taken.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0
}

function onMachine(script: string): () => void {
  const machine = bootMachine()
  return () => {
    const { status, timedOut, output } = machine.runScript(script, { user: 'learner' })
    if (status !== 0 || timedOut) throw new Error(`the simulated machine fails at: ${script}\n${new TextDecoder().decode(output)}`)
  }
}

/** The same script with this computer's bash; undefined where it isn't allowed or not installed. */
function onThisKernel(script: string, times: number): number | undefined {
  const run = (): boolean => spawnSync('bash', { input: script, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0
  return run() ? median(times, run) : undefined
}

const emptyBash = onThisKernel(':', 9) ?? 0
const rows: { readonly what: string; readonly here: number; readonly real: number | undefined; readonly budget?: number }[] = []

rows.push({ what: 'boot to a prompt', budget: 30, real: undefined, here: median(9, () => {
  const machine = bootMachine()
  const terminal = machine.openTerminal({ user: 'learner', rows: 24, cols: 80 })
  while (!terminal.isAtPrompt) machine.run({ maxSteps: 1000, until: machine.now + 1e9 })
}) })

const realPs = onThisKernel(PS, 9)
rows.push({ what: PS, budget: 2, here: median(25, onMachine(PS)), real: realPs }, { what: '… after 250 of them in a session', here: median(25, onMachine(PS), UNTIL_COMPILED), real: realPs })
rows.push({ what: '1,000 processes', here: median(3, onMachine(THOUSAND)), real: onThisKernel(THOUSAND, 3) })

const session = new Session(bootMachine, { lesson: 'bench', build: 'bench' })
session.open('host', 'learner', 24, 80)
for (const line of TWO_HUNDRED) {
  session.advance(session.machine.now + 1e9)
  session.type('host', new TextEncoder().encode(`${line}\r`))
}
session.advance(session.machine.now + 1e9)
const { log } = session
rows.push({ what: 'replay of 200 typed commands', budget: 200, here: median(5, () => Session.replay(bootMachine, log)), real: onThisKernel(TWO_HUNDRED.join('\n'), 3) })

const cell = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(1)).padStart(10)
process.stdout.write(`${'ms, median'.padEnd(38)}${'simulated'.padStart(10)}${'budget'.padStart(10)}${'real'.padStart(10)}${'ratio'.padStart(10)}\n`)
for (const { what, here, real, budget } of rows) process.stdout.write(`${what.padEnd(38)}${cell(here)}${cell(budget)}${cell(real)}${(real === undefined ? '–' : `${(here / real).toFixed(2)} ×`).padStart(10)}\n`)
process.stdout.write(`\nreal: this computer's kernel and bash (${emptyBash.toFixed(1)} ms of it for starting bash); – where it is not allowed here.\n`)
process.stdout.write(`\n${scaleReport()}`)
process.stdout.write(`\n${networkReport()}`)
