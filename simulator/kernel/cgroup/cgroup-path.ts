// Names of cgroups as a cgroup namespace shows them (cgroup_namespaces(7)): relative to its root, with `/..` for what lies outside.

const parts = (path: string): string[] => path.split('/').filter((p) => p !== '')

/** kernfs_path_from_node: `path` as seen from `root`, both in the whole hierarchy. */
export function cgroupPathFrom(root: string, path: string): string {
  const from = parts(root)
  const to = parts(path)
  let common = 0
  while (common < from.length && common < to.length && from[common] === to[common]) common++
  const up = '/..'.repeat(from.length - common)
  const down = to.slice(common).map((p) => `/${p}`).join('')
  return up + down || '/'
}
