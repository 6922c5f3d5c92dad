// --mount type=…,src=…,dst=… (cli/opts/mount.go).
import type { MountSpec } from '../api.ts'
import { OptionError } from './run-config.ts'
import { parseBytes } from './usage.ts'

const invalid = (text: string, why: string): OptionError => new OptionError(`invalid argument ${JSON.stringify(text)} for "--mount" flag: ${why}`)

/** Throws an OptionError. */
export function parseMountFlag(text: string): MountSpec {
  const spec: MountSpec = { Type: 'volume', Target: '' }
  for (const field of text.split(',')) {
    const eq = field.indexOf('=')
    const key = (eq < 0 ? field : field.slice(0, eq)).toLowerCase()
    const value = field.slice(eq + 1)
    if (eq < 0) {
      if (key === 'readonly' || key === 'ro') spec.ReadOnly = true
      else if (key === 'volume-nocopy') spec.VolumeOptions = { ...spec.VolumeOptions, NoCopy: true }
      else if (key === 'bind-nonrecursive') spec.BindOptions = { ...spec.BindOptions, NonRecursive: true }
      else throw invalid(text, `invalid field '${field}' must be a key=value pair`)
      continue
    }
    const bool = (): boolean => {
      if (!/^(1|0|t|f|true|false)$/i.test(value)) throw invalid(text, `invalid value for ${key}: ${value}`)
      return /^(1|t|true)$/i.test(value)
    }
    switch (key) {
      case 'type': spec.Type = value.toLowerCase()
        break
      case 'source': case 'src': spec.Source = value
        break
      case 'target': case 'dst': case 'destination': spec.Target = value
        break
      case 'readonly': case 'ro': spec.ReadOnly = bool()
        break
      case 'consistency': spec.Consistency = value.toLowerCase()
        break
      case 'bind-propagation': spec.BindOptions = { ...spec.BindOptions, Propagation: value.toLowerCase() }
        break
      case 'bind-nonrecursive': spec.BindOptions = { ...spec.BindOptions, NonRecursive: bool() }
        break
      case 'volume-nocopy': spec.VolumeOptions = { ...spec.VolumeOptions, NoCopy: bool() }
        break
      case 'volume-driver': spec.VolumeOptions = { ...spec.VolumeOptions, DriverConfig: { ...spec.VolumeOptions?.DriverConfig, Name: value } }
        break
      case 'volume-label': case 'volume-opt': break
      case 'tmpfs-size': {
        const size = parseBytes(value)
        if (size === undefined) throw invalid(text, `invalid value for ${key}: ${value}`)
        spec.TmpfsOptions = { ...spec.TmpfsOptions, SizeBytes: size }
        break
      }
      case 'tmpfs-mode':
        if (!/^[0-7]+$/.test(value)) throw invalid(text, `invalid value for ${key}: ${value}`)
        spec.TmpfsOptions = { ...spec.TmpfsOptions, Mode: Number.parseInt(value, 8) }
        break
      default: throw invalid(text, `unexpected key '${key}' in '${field}'`)
    }
  }
  if (spec.Type === '') throw invalid(text, 'type is required')
  if (spec.Target === '') throw invalid(text, 'target is required')
  if (spec.VolumeOptions !== undefined && spec.Type !== 'volume') throw invalid(text, `cannot mix 'volume-*' options with mount type '${spec.Type}'`)
  if (spec.BindOptions !== undefined && spec.Type !== 'bind') throw invalid(text, `cannot mix 'bind-*' options with mount type '${spec.Type}'`)
  if (spec.TmpfsOptions !== undefined && spec.Type !== 'tmpfs') throw invalid(text, `cannot mix 'tmpfs-*' options with mount type '${spec.Type}'`)
  return spec
}
