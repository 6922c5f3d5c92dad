// What a compose file or command line may say, and what real compose acts on, but this machine's doesn't: it is refused, never passed over. Members that compose itself
// passes over where there is no swarm and no Windows (deploy.placement, cpu_count …) aren't here.
import { isYamlList, isYamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { firstUnsimulated } from '../client/unsimulated.ts'
import type { Flags } from '../client/usage.ts'

/** Members of the merged file, `*` is any name or item; behind `=` the value that says what is so anyway. */
const MEMBERS = `
  services.*.configs services.*.secrets services.*.extends services.*.credential_spec services.*.external_links services.*.blkio_config services.*.storage_opt services.*.links services.*.platform=linux/amd64
  services.*.depends_on.*.restart=false services.*.deploy.resources.limits.devices services.*.deploy.resources.reservations.devices
  services.*.networks.*.ipv6_address services.*.networks.*.link_local_ips services.*.networks.*.mac_address services.*.networks.*.driver_opts
  services.*.volumes.*.bind.selinux services.*.volumes.*.volume.subpath networks.*.ipam.options networks.*.ipam.config.*.aux_addresses
`.trim().split(/\s+/).map((member) => {
  const [path, usual] = member.split('=')
  return { path: path.split('.'), usual }
})

/** The first member of the whole file that isn't simulated: its path. */
export function unsimulatedMember(whole: YamlValue): string | undefined {
  for (const { path, usual } of MEMBERS) {
    const found = find(whole, path, usual)
    if (found !== undefined) return found.join('.')
  }
  return undefined
}
function find(value: YamlValue | undefined, [key, ...rest]: readonly string[], usual: string | undefined): readonly string[] | undefined {
  if (key === undefined) return value === undefined || value === null || String(value) === usual ? undefined : []
  const below: readonly (readonly [string, YamlValue])[] = isYamlMap(value) ? [...value] : isYamlList(value) ? value.map((item, index) => [String(index), item]) : []
  for (const [name, item] of below) {
    const found = key === '*' || key === name ? find(item, rest, usual) : undefined
    if (found !== undefined) return [name, ...found]
  }
  return undefined
}

/** Options of `docker compose` itself (under '') and of its commands; behind `=` the value that is so anyway. */
const OPTIONS: Readonly<Record<string, string>> = {
  '': 'all-resources=false ansi=auto compatibility=false dry-run=false progress=auto verbose=false',
  build: 'builder memory=0 push=false ssh', config: 'no-consistency=false no-interpolate=false no-normalize=false no-path-resolution=false resolve-image-digests=false', images: 'format=table',
  kill: 'remove-orphans=false', ps: 'orphans=true', pull: 'ignore-pull-failures=false', restart: 'no-deps=false', up: 'always-recreate-deps=false renew-anon-volumes=false',
}

/** The first option given that isn't simulated: its name. */
export const unsimulatedOption = (command: string, flags: Flags): string | undefined => firstUnsimulated(`${OPTIONS[command] ?? ''} dry-run=false`, flags)
