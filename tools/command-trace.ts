// `isolab trace`: runs a command on a machine that a script has prepared, and tells the way of every packet it sent: devices, bridges, netfilter's hooks, and
// where it arrived or who dropped it.
import { readFileSync } from 'node:fs'
import { journeys, type Journey, type Stop } from '../lab/lens/journeys.ts'
import type { World } from '../simulator/machine/world.ts'
import { bootMachine } from '../simulator/machine/machine.ts'
import { userArgument, parseArguments, UsageError } from './usage.ts'

/** A network namespace as people call it: by its name under /run/netns, by somebody who lives in it, else by its number. */
function placeName(world: World, netns: number): string {
  if (netns === world.initial.net) return 'host'
  const named = world.namespaces.find((each) => each.id === netns)?.mountedAt?.[0]
  if (named !== undefined) return named.replace(/^.*\//, '')
  const lives = world.processes.find((process) => process.ns.net === netns)
  return lives === undefined ? `net:[${netns}]` : `${lives.comm} ${lives.pid}`
}

function tell({ what, from, to, outcome, stops }: Journey, n: number, world: World): string {
  const lines = [`packet ${n}: ${what}, ${from} to ${to}: ${outcome}`]
  let last: Stop | undefined
  for (const stop of stops) {
    const place = stop.netns === last?.netns ? '' : placeName(world, stop.netns)
    const { header } = stop
    const fresh = last === undefined || JSON.stringify(header) !== JSON.stringify(last.header)
    const words = [`${header.from} > ${header.to}`, ...(header.ttl === undefined ? [] : [`ttl ${header.ttl}`]), ...(header.length === undefined ? [] : [`${header.length} bytes`])].join(', ')
    lines.push(`  ${place.padEnd(10)} ${stop.title.padEnd(12)} ${stop.text}${stop.verdict === undefined ? '' : ` [${stop.verdict}]`}${fresh ? `   (${words})` : ''}`)
    last = stop
  }
  return `${lines.join('\n')}\n`
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

export function trace(args: readonly string[]): number {
  const at = args.findIndex((arg) => !arg.startsWith('-') && args[args.indexOf(arg) - 1] !== '--user')
  const command = at < 0 ? [] : args.slice(at)
  const user = userArgument(parseArguments(at < 0 ? args : args.slice(0, at), { values: ['user'] }))
  if (command.length === 0) throw new UsageError('trace needs a command: isolab trace ping -c 1 10.0.2.2')
  const machine = bootMachine()
  if (!process.stdin.isTTY) {
    const prepared = machine.runScript(readFileSync(0), { user: 'root' })
    if (prepared.status !== 0) {
      process.stderr.write(prepared.output)
      process.stderr.write(`isolab: the script that prepares the machine ended with status ${prepared.status}\n`)
      return prepared.status
    }
  }
  const before = machine.lastSeq
  const { output, status } = machine.runScript(command.map(quoted).join(' '), { user })
  process.stdout.write(output)
  const story = journeys(machine.events(before))
  const world = machine.world()
  if (story.journeys.length === 0) process.stdout.write('\nno packet was sent\n')
  story.journeys.forEach((journey, i) => process.stdout.write(`\n${tell(journey, i + 1, world)}`))
  if (story.leftOut > 0) process.stdout.write(`\nand ${story.leftOut} packets more\n`)
  return status
}
