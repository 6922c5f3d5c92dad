// Facts as they are written in lesson files. Unknown keys and values are errors, so that a slip can't become a check that never fails.
import * as v from 'valibot'
import { NS_TYPES } from '../world.ts'
import { needsAction } from './action.ts'
import type { Fact } from './fact.ts'
import { capabilityBit } from './process-fact.ts'

const nsType = v.picklist(NS_TYPES as [string, ...string[]]) as unknown as v.GenericSchema<(typeof NS_TYPES)[number]>
const text = v.pipe(v.string(), v.nonEmpty())
/** YAML reads `1` as a number; a name may look like one. */
const name = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty())
const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const id = v.pipe(v.number(), v.integer(), v.minValue(0))
const user = v.union([text, id])
const place = v.picklist(['own', 'host'])
const UNITS: Readonly<Record<string, number>> = { '': 1, 'K': 2 ** 10, 'M': 2 ** 20, 'G': 2 ** 30 }
const bytes = v.pipe(v.union([v.number(), v.string()]), v.transform(String), v.regex(/^\d+[KMG]?$/, 'is a number of bytes, such as 64M'), v.transform((size) => Number.parseInt(size) * (UNITS[size.replace(/^\d+/, '')] ?? 1)))
const limits = v.strictObject({ pids: v.optional(count), memory: v.optional(bytes) })
const capabilities = v.array(v.pipe(text, v.check((each) => capabilityBit(each) !== undefined, 'is not a capability; they are called sys_admin, net_raw …')))

const ABOUT_PROCESS = v.strictObject({
  process: name, args: v.optional(text), user: v.optional(user), uid: v.optional(id), pid: v.optional(count), own: v.optional(v.array(nsType)), shares: v.optional(v.array(nsType)),
  hostname: v.optional(name), proc: v.optional(place), state: v.optional(v.picklist(['R', 'S', 'T', 'Z', 'D'])), together: v.optional(v.array(nsType)), as: v.optional(name),
  capability: v.optional(text), terminal: v.optional(v.boolean()), count: v.optional(count), 'for-children': v.optional(v.array(v.picklist(['pid', 'time']))),
  dropped: v.optional(capabilities), 'no-new-privs': v.optional(v.boolean()), root: v.optional(v.literal('own')), 'old-root': v.optional(v.literal('gone')), cgroup: v.optional(text), limits: v.optional(limits),
})

const KINDS = {
  process: ABOUT_PROCESS,
  namespace: v.strictObject({
    'namespace': nsType, 'hostname': v.optional(name), 'empty': v.optional(v.boolean()), 'held-by': v.optional(text), 'owner': v.optional(user),
    'occupants': v.optional(count), 'level': v.optional(id), 'count': v.optional(count),
  }),
  map: v.strictObject({ map: id, to: v.optional(user), length: v.optional(count), ids: v.optional(v.picklist(['uid', 'gid'])), setgroups: v.optional(v.picklist(['allow', 'deny'])) }),
  mount: v.strictObject({
    mount: text, type: v.optional(text), source: v.optional(text), in: v.optional(place), options: v.optional(v.array(text)),
    propagation: v.optional(v.picklist(['shared', 'private', 'slave', 'shared,slave', 'unbindable'])),
  }),
  link: v.strictObject({ link: text, netns: v.optional(name), address: v.optional(text), up: v.optional(v.boolean()) }),
  route: v.strictObject({ route: text, netns: v.optional(name), via: v.optional(text), dev: v.optional(text) }),
  chain: v.strictObject({ chain: text, netns: v.optional(name), table: v.optional(text), policy: v.optional(v.picklist(['accept', 'drop'])), rules: v.optional(count) }),
  cgroup: v.strictObject({ cgroup: text, limits: v.optional(limits), member: v.optional(text) }),
  ping: v.strictObject({ ping: v.pipe(v.string(), v.regex(/^[0-9a-f.:]+$/, 'is an address, such as 10.0.0.2')), from: v.optional(v.union([name, ABOUT_PROCESS])) }),
  sh: v.strictObject({ sh: text, user: v.optional(v.picklist(['root', 'learner']), 'root'), says: text, otherwise: v.optional(text) }),
  ran: v.strictObject({
    ran: text, args: v.optional(text), without: v.optional(text), in: v.optional(place), last: v.optional(v.boolean()),
    status: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)), v.literal('failed')])),
  }),
  hostname: v.strictObject({ hostname: name, uts: v.optional(place) }),
  gone: v.strictObject({ gone: v.pipe(v.lazy((): v.GenericSchema<Fact> => fact), v.check((each) => !needsAction(each), 'ping and sh are only looked at now, so they can’t be gone')) }),
  not: v.strictObject({ not: v.lazy((): v.GenericSchema<Fact> => fact) }),
  any: v.strictObject({ any: v.pipe(v.array(v.lazy((): v.GenericSchema<Fact> => fact)), v.minLength(1)) }),
}

/** The kinds of facts; the order decides where a fact has two of these keys (`process` with `hostname` is about a process). */
export const FACT_KINDS: readonly string[] = Object.keys(KINDS)
const NO_KIND = v.custom<Fact>(() => false, `a fact begins with one of ${Object.keys(KINDS).join(', ')}`)

export const fact: v.GenericSchema<Fact> = v.lazy((input) => {
  if (typeof input !== 'object' || input === null) return NO_KIND
  const kind = Object.entries(KINDS).find(([key]) => key in input)
  return (kind?.[1] ?? NO_KIND) as v.GenericSchema<Fact>
})

/** All keys that a fact of this kind may have, for "did you mean". */
export function factKeys(kind: string): readonly string[] {
  const schema = Object.entries(KINDS).find(([key]) => key === kind)?.[1]
  return schema === undefined ? FACT_KINDS : Object.keys(schema.entries)
}
