// Random networks and traffic: no kernel BUG, nothing that stays, and every packet that was sent has an end: it arrived, or somebody says why not.
import { expect, test } from 'vitest'
import { Random } from '../../simulator/lib/random.ts'
import { randomNetwork } from './random-networks.ts'
import { seeds } from './run-length.ts'
import { runRandomScript } from './script-run.ts'

/** Groups may have no member, and questions to all no answer. */
const isToGroup = (to: string): boolean => /^(ff|2(2[4-9]|3\d)\.)/.test(to) || to.endsWith('.255')
const ENDS: ReadonlySet<string> = new Set(['packet.deliver', 'packet.drop'])

/** Packets without an end, in words. */
function lost(events: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[]): readonly string[] {
  const open = new Map<unknown, string>()
  for (const { name, data } of events) {
    if (name === 'packet.send' && !isToGroup(String(data.to)) && !String(data.what).startsWith('ARP who')) open.set(data.packet, `${String(data.packet)}: ${String(data.what)} from ${String(data.from)} to ${String(data.to)} by ${String(data.device)}`)
    else if (ENDS.has(name) || (name === 'packet.hook' && data.verdict === 'stolen') || (name === 'packet.hook' && isToGroup(String(data.newTo)))) open.delete(data.packet)
  }
  return [...open.values()]
}

test('any network: no BUG, no packet without an end, nothing left', () => {
  for (const seed of seeds(12)) {
    const script = randomNetwork(new Random(seed))
    const where = `FUZZ_SEED=${seed} FUZZ_RUNS=1:\n${script}`
    const events: { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[] = []
    const { kernel } = runRandomScript(script, 'root', (event) => {
      if (event.name.startsWith('packet.')) events.push(event)
    }, 400_000)
    expect(kernel.bugs, where).toEqual([])
    expect(lost(events), where).toEqual([])
    expect([...kernel.tasks.values()].filter((task) => !task.isKernelThread).map((task) => task.comm), where).toEqual(['init'])
    expect([...kernel.namespaces.values()].filter((ns) => ns.type === 'net').length, where).toBe(1)
  }
}, 120_000)
