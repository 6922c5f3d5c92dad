// Facts that the World alone can't tell: somebody has to send a packet (`ping`), or to run a script (`sh`). What is to be run follows from
// the fact and the World; what it found is looked up, so that evaluating stays pure.
import type { World } from '../world.ts'
import type { Action, ActionResults, Fact, PingFact, ShFact, Verdict } from './fact.ts'
import { namedNet } from './net-facts.ts'
import { processVerdict, processesThat } from './process-fact.ts'

export const actionKey = ({ user, script }: Action): string => `${user}\n${script}`

export function needsAction(fact: Fact): boolean {
  if ('not' in fact) return needsAction(fact.not)
  if ('any' in fact) return fact.any.some(needsAction)
  return 'ping' in fact || 'sh' in fact
}

/** What is to be run before this fact can be judged in this World. */
export function actionsOf(fact: Fact, world: World): readonly Action[] {
  if ('not' in fact) return actionsOf(fact.not, world)
  if ('any' in fact) return fact.any.flatMap((each) => actionsOf(each, world))
  if ('process' in fact) return []
  if ('sh' in fact) return [shAction(fact)]
  const action = 'ping' in fact ? pingAction(fact, world) : undefined
  return action === undefined ? [] : [action]
}

const shAction = ({ sh, user }: ShFact): Action => ({ user, script: sh })

/** Undefined: there is nobody who could send it. */
function pingAction({ ping, from = 'host' }: PingFact, world: World): Action | undefined {
  const send = `ping -n -c 1 -W 2 ${ping}`
  if (from === 'host') return { user: 'root', script: send }
  if (typeof from === 'string') return namedNet(world, from) === undefined ? undefined : { user: 'root', script: `ip netns exec ${from} ${send}` }
  const pid = processesThat(world, from)[0]?.pid
  return pid === undefined ? undefined : { user: 'root', script: `nsenter --net --target ${pid} ${send}` }
}

export const NOT_YET: Verdict = { met: false, words: 'not looked at yet' }

export function shVerdict(fact: ShFact, results: ActionResults | undefined): Verdict {
  const found = results?.get(actionKey(shAction(fact)))
  if (found === undefined) return NOT_YET
  if (found.status === 0) return { met: true, words: fact.says }
  return { met: false, words: fact.otherwise ?? found.output.trim().split('\n').at(-1) ?? '' }
}

export function pingVerdict(fact: PingFact, world: World, results: ActionResults | undefined): Verdict {
  const { ping, from = 'host' } = fact
  const action = pingAction(fact, world)
  if (action === undefined) return typeof from === 'string' ? { met: false, words: `there is no room called ${from}` } : processVerdict(world, from)
  const found = results?.get(actionKey(action))
  if (found === undefined) return NOT_YET
  const sender = from === 'host' ? 'the host' : typeof from === 'string' ? from : 'the room'
  if (found.status === 0) return { met: true, words: `${ping} answers ${sender}` }
  if (/unreachable/i.test(found.output)) return { met: false, words: /network is/i.test(found.output) ? `${sender} has no route to ${ping}` : `nobody answers to the address ${ping}` }
  return { met: false, words: `${sender} gets no answer from ${ping}` }
}
