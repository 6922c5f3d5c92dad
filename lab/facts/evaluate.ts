// Is a fact true, and what was measured? Pure: the same observation, the same verdict.
import { actionKey, actionsOf, NOT_YET, pingVerdict, shVerdict } from './action.ts'
import { cgroupVerdict } from './cgroup-facts.ts'
import type { Fact, Observation, RanFact, Verdict } from './fact.ts'
import { chainVerdict, linkVerdict, routeVerdict } from './net-facts.ts'
import { hostnameVerdict, mapVerdict, mountVerdict, namespaceVerdict } from './place-facts.ts'
import { processVerdict } from './process-fact.ts'

export function evaluate(fact: Fact, observation: Observation): Verdict {
  const { world } = observation
  if ('process' in fact) return processVerdict(world, fact)
  if ('namespace' in fact) return namespaceVerdict(world, fact)
  if ('map' in fact) return mapVerdict(world, fact)
  if ('mount' in fact) return mountVerdict(world, fact)
  if ('link' in fact) return linkVerdict(world, fact)
  if ('route' in fact) return routeVerdict(world, fact)
  if ('chain' in fact) return chainVerdict(world, fact)
  if ('cgroup' in fact) return cgroupVerdict(world, fact)
  if ('ping' in fact) return pingVerdict(fact, world, observation.steps.at(-1)?.results)
  if ('sh' in fact) return shVerdict(fact, observation.steps.at(-1)?.results)
  if ('ran' in fact) return ranVerdict(fact, observation)
  if ('gone' in fact) return goneVerdict(fact.gone, observation)
  if ('not' in fact) return notVerdict(fact.not, observation)
  if ('any' in fact) return anyVerdict(fact.any, observation)
  return hostnameVerdict(world, fact)
}

/** All facts of a list: met if each is; the words are those of the first unmet (what waits to be looked at waits for the others), or of the first. */
export function evaluateAll(facts: readonly Fact[], observation: Observation): Verdict {
  const verdicts = facts.map((fact) => evaluate(fact, observation))
  const unmet = verdicts.filter(({ met }) => !met)
  return unmet.find((verdict) => verdict !== NOT_YET) ?? unmet[0] ?? verdicts[0] ?? { met: true, words: '' }
}

function ranVerdict(fact: RanFact, { steps }: Observation): Verdict {
  const looked = fact.last === true ? steps.slice(-1) : steps
  const ran = looked.filter(({ n }) => n > 0).flatMap((step) => step.ran.map((command) => ({ step, command }))).findLast(({ command }) => {
    const line = command.argv.join(' ')
    return (fact.ran === '*' || command.comm === fact.ran || command.argv[0] === fact.ran)
      && (fact.args === undefined || line.includes(fact.args)) && (fact.without === undefined || !line.includes(fact.without))
      && (fact.status === undefined || (fact.status === 'failed' ? (command.status ?? 0) !== 0 : command.status === fact.status))
      && (fact.in === undefined || command.onHost === undefined || command.onHost === (fact.in === 'host'))
  })
  if (ran !== undefined) return { met: true, words: `${ran.command.argv.join(' ')} in step ${ran.step.n}` }
  const what = [fact.ran, fact.args].filter((word) => word !== undefined && word !== '*').join(' … ')
  return { met: false, words: fact.in === 'own' ? `${what} has not been run inside a room` : `${what} has not been run${fact.status === undefined ? '' : ' that way'}` }
}

/** True at some earlier step, and no longer. */
function goneVerdict(fact: Fact, observation: Observation): Verdict {
  const now = evaluate(fact, observation)
  if (now.met) return { met: false, words: `${now.words}` }
  const { steps } = observation
  const was = steps.map((step, i) => ({ step, verdict: evaluate(fact, { world: step.world, steps: steps.slice(0, i + 1) }) })).findLast(({ verdict }) => verdict.met)
  return was === undefined ? { met: false, words: 'it has not been there yet' } : { met: true, words: `gone since step ${was.step.n + 1}` }
}

/** What has not been looked at is not known to be false. */
function notVerdict(fact: Fact, observation: Observation): Verdict {
  const results = observation.steps.at(-1)?.results
  if (actionsOf(fact, observation.world).some((action) => results?.has(actionKey(action)) !== true)) return NOT_YET
  const { met, words } = evaluate(fact, observation)
  return { met: !met, words }
}

function anyVerdict(facts: readonly Fact[], observation: Observation): Verdict {
  const verdicts = facts.map((fact) => evaluate(fact, observation))
  return verdicts.find(({ met }) => met) ?? verdicts[0] ?? { met: false, words: '' }
}
