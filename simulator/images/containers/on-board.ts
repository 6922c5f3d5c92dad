// What a boot with Docker puts on the disk besides the host's own files: the images' store, and Docker's compose plug-in where it is asked for, as its package installs it.
import type { PopulateNode } from '../../kernel/fs/populate.ts'
import { executableBytes } from '../../lib/executable.ts'
import { composePackage } from '../../userland/containers/docker/compose/index.ts'
import { programId } from '../../userland/program-table.ts'
import { imagesOnBoard } from './index.ts'
import { COMPOSE } from './names.ts'
import { dockerStore } from './store.ts'

/** A static Go program in the directory that the docker client looks into. */
function composePlugin(mtime: number): readonly PopulateNode[] {
  const common = { mode: 0o755, uid: 0, gid: 0, mtime }
  return [
    { type: 'dir', path: '/usr/libexec/docker', ...common }, { type: 'dir', path: '/usr/libexec/docker/cli-plugins', ...common },
    ...composePackage.programs.map((entry): PopulateNode => ({ type: 'file', path: entry.path, content: executableBytes(programId(composePackage, entry)), ...common })),
  ]
}

/** `names`: images besides the usual ones, and `compose`; `all` is everything. */
export const dockerOnBoard = (names: readonly string[], time: number): readonly PopulateNode[] =>
  [...dockerStore(imagesOnBoard(names), time), ...(names.includes(COMPOSE) || names.includes('all') ? composePlugin(time) : [])]
