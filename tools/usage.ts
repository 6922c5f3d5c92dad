// Arguments of the `isolab` commands: a few long options and words, with errors that name what is wrong.
import { COMPOSE, isImageName, MORE_IMAGES } from '../simulator/images/containers/names.ts'

export class UsageError extends Error {
  readonly remedy: string | undefined
  constructor(message: string, remedy?: string) {
    super(message)
    this.remedy = remedy
  }
}

/** Rightly asked for, but not to be had here; the message says what would help. */
export class Unavailable extends Error {}

export interface Arguments {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

/** Splits arguments. `flags` take no value; `values` do, as `--user root` or `--user=root`. `short` gives one-letter names. */
export function parseArguments(
  args: readonly string[],
  allowed: { readonly flags?: readonly string[]; readonly values?: readonly string[]; readonly short?: Readonly<Record<string, string>>; readonly words?: boolean },
): Arguments {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const words: string[] = []
  const known = [...(allowed.flags ?? []), ...(allowed.values ?? [])].map((name) => `--${name}`).join(', ')
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const long = /^-[a-z]$/.test(arg) ? (allowed.short?.[arg.slice(1)] ?? arg) : arg.startsWith('--') ? arg.slice(2) : undefined
    if (long === undefined) {
      if (allowed.words !== true) throw new UsageError(arg.startsWith('-') ? `unknown option '${arg}'; known here: ${known}` : `unexpected word '${arg}'`)
      words.push(arg)
      continue
    }
    const [name = '', given] = long.split(/=(.*)/s)
    if (allowed.flags?.includes(name) === true && given === undefined) flags.add(name)
    else if (allowed.values?.includes(name) === true) {
      const value = given ?? args[++i]
      if (value === undefined) throw new UsageError(`option '--${name}' needs a value`)
      values.set(name, value)
    } else throw new UsageError(`unknown option '${arg}'; known here: ${known === '' ? 'none' : known}`)
  }
  return { flags, values, words }
}

/** The users of the simulated host that a shell can be started for. */
export function userArgument(parsed: Arguments): string {
  const user = parsed.values.get('user') ?? 'learner'
  if (user !== 'root' && user !== 'learner') throw new UsageError(`no user '${user}' on the simulated host; there are root and learner`)
  return user
}

/** --images: a list of names with commas between them; --compose adds the plug-in. */
export function imagesArgument(parsed: Arguments): readonly string[] {
  const names = (parsed.values.get('images') ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '')
  if (names.length > 0 && !parsed.flags.has('docker')) throw new UsageError("--images is about Docker's images: it needs --docker, too")
  const unknown = names.find((name) => !isImageName(name))
  if (unknown !== undefined) throw new UsageError(`no image '${unknown}' on board; --images knows ${MORE_IMAGES.join(', ')} and all`)
  if (!parsed.flags.has('compose')) return names
  if (!parsed.flags.has('docker')) throw new UsageError('--compose is a plug-in of Docker\'s: it needs --docker, too')
  return [...names, COMPOSE]
}
