// `isolab explain`: runs a script and tells what its programs asked of the kernel, what that changed, and why something was refused.
import { readFileSync } from 'node:fs'
import { explain, type ExplainedProcess } from '../lab/lens/explain.ts'
import { bootMachine } from '../simulator/machine/machine.ts'
import { parseArguments, userArgument, UsageError } from './usage.ts'

function tell(process: ExplainedProcess, withArguments: boolean): string {
  const lines = [`${process.command}   (process ${process.pid}, ${process.callCount} call${process.callCount === 1 ? '' : 's'})`]
  for (const call of process.calls) {
    lines.push(`  ${call.failure === undefined ? ' ' : 'x'} ${call.text}`)
    if (call.purpose !== '') lines.push(`      asks the kernel to ${call.purpose}`)
    if (withArguments) for (const { shown, note } of call.args) lines.push(`        ${shown}   ${note}`)
    for (const reason of call.reasons) lines.push(`      - ${reason.text}`)
  }
  return `${lines.join('\n')}\n`
}

export function explainScript(args: readonly string[]): number {
  const parsed = parseArguments(args, { flags: ['all'], values: ['user'] })
  const user = userArgument(parsed)
  if (process.stdin.isTTY) throw new UsageError("explain reads its script from standard input: echo 'unshare -Ur id' | isolab explain")
  const machine = bootMachine()
  const before = machine.lastSeq
  const { output, status } = machine.runScript(readFileSync(0), { user })
  process.stdout.write(output)
  process.stdout.write('\n')
  for (const each of explain(machine.events(before), parsed.flags.has('all'))) process.stdout.write(`${tell(each, parsed.flags.has('all'))}\n`)
  return status
}
