// Seccomp profiles as Docker reads them (moby profiles/seccomp/seccomp_linux.go): rules that hold only with or without some capability, architecture or kernel
// are decided here; what is left is the seccomp section of an OCI config.json, which `seccomp-compile.ts` turns into a filter.

/** One argument of a call compared with a value; `valueTwo` is what the masked argument must be for SCMP_CMP_MASKED_EQ. */
export interface SeccompArg {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: string
}
/** A rule of an OCI config.json (LinuxSyscall). */
export interface SeccompRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly SeccompArg[]
}
/** `linux.seccomp` of an OCI config.json. */
export interface OciSeccomp {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures?: readonly string[]
  readonly flags?: readonly string[]
  readonly syscalls?: readonly SeccompRule[]
}
interface Condition {
  readonly arches?: readonly string[]
  readonly caps?: readonly string[]
  readonly minKernel?: string
}
/** A rule of a Docker profile. */
export interface SeccompProfileRule extends Omit<SeccompRule, 'names'> {
  readonly name?: string
  readonly names?: readonly string[]
  readonly includes?: Condition
  readonly excludes?: Condition
}
export interface SeccompProfile extends Omit<OciSeccomp, 'syscalls'> {
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] }[]
  readonly syscalls?: readonly SeccompProfileRule[]
}

const ARCH = 'amd64'
const NATIVE = 'SCMP_ARCH_X86_64'
const KERNEL: readonly [number, number] = [6, 1]

/** Throws an Error with moby's message for a profile that contradicts itself. `caps`: the container's capabilities, `CAP_` and all. */
export function resolveSeccompProfile(profile: SeccompProfile, caps: readonly string[]): OciSeccomp {
  const architectures = profile.architectures ?? []
  const archMap = profile.archMap ?? []
  if (architectures.length > 0 && archMap.length > 0) throw new Error("'architectures' and 'archMap' were specified in the seccomp profile, use either 'architectures' or 'archMap'")
  const mapped = archMap.find((entry) => entry.architecture === NATIVE)
  const syscalls = (profile.syscalls ?? []).filter((rule) => isMeant(rule, caps)).map((rule): SeccompRule => {
    if (rule.name !== undefined && rule.name !== '' && (rule.names ?? []).length > 0) throw new Error("'name' and 'names' were specified in the seccomp profile, use either 'name' or 'names'")
    const { names, action, errnoRet, args } = rule
    return {
      names: rule.name === undefined || rule.name === '' ? (names ?? []) : [rule.name], action,
      ...(errnoRet === undefined ? {} : { errnoRet }), ...(args === undefined || args.length === 0 ? {} : { args }),
    }
  })
  return {
    defaultAction: profile.defaultAction, ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(mapped !== undefined ? { architectures: [mapped.architecture, ...(mapped.subArchitectures ?? [])] } : architectures.length > 0 ? { architectures } : {}),
    ...(profile.flags === undefined ? {} : { flags: profile.flags }), syscalls,
  }
}

/** Excluded by any of its `excludes`; wanted when all of its `includes` hold. */
function isMeant({ includes = {}, excludes = {} }: SeccompProfileRule, caps: readonly string[]): boolean {
  const has = (cap: string): boolean => caps.includes(cap)
  if (excludes.arches?.includes(ARCH) === true || excludes.caps?.some(has) === true) return false
  if (excludes.minKernel !== undefined && isAtLeast(excludes.minKernel)) return false
  if (includes.arches !== undefined && includes.arches.length > 0 && !includes.arches.includes(ARCH)) return false
  return (includes.caps ?? []).every(has) && (includes.minKernel === undefined || isAtLeast(includes.minKernel))
}

function isAtLeast(version: string): boolean {
  const [major, minor = 0] = version.split('.').map(Number)
  return KERNEL[0] > major || (KERNEL[0] === major && KERNEL[1] >= minor)
}
