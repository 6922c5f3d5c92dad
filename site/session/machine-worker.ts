// The Worker of a page: boots the machine with the shells alone, so that the prompt is there soon, and fetches the code of other programs meanwhile, in the order
// in which it is likely to be needed.
import { list } from 'virtual:program-list'
import { serveSession } from '../../lab/session/worker.ts'
import type { Program } from '../../simulator/abi/syscalls.ts'
import type { PopulateNode } from '../../simulator/kernel/fs/populate.ts'
import { hostImage } from '../../simulator/images/host.ts'
import { bootMachineFrom } from '../../simulator/machine/simulated-machine.ts'
import { bash, dash } from '../../simulator/userland/bash/index.ts'
import type { ProgramPackage } from '../../simulator/userland/program-table.ts'
import { programId } from '../../simulator/userland/program-table.ts'
import { init } from '../../simulator/userland/programs/init/index.ts'

const programs = new Map<string, Program | undefined>(list.flatMap(pkg => pkg.programs.map(entry => [programId(pkg, entry), undefined])))
const add = (packages: readonly ProgramPackage[]): void => {
  for (const pkg of packages) for (const entry of pkg.programs) programs.set(programId(pkg, entry), entry.program)
}
add([bash, dash, init])

function* notYet(): Generator<never, number> {
  throw new Error('a program was started before its code was there')
}
const image = hostImage(list.map(pkg => ({ ...pkg, programs: pkg.programs.map(entry => ({ ...entry, program: notYet, summary: '' })) })))

/** The file's name holds the hash of all the code. */
const build = import.meta.url.replace(/^.*\//, '')

let containerStore: ((images: readonly string[]) => readonly PopulateNode[]) | undefined
const everyday = import('../../simulator/images/everyday-packages.ts').then(({ EVERYDAY_PACKAGES }) => add(EVERYDAY_PACKAGES))
const complete = everyday.then(() => import('./late-parts.ts')).then((parts) => {
  add(parts.ALL_PACKAGES)
  add(parts.IMAGE_PACKAGES)
  containerStore = parts.containerStore
})

serveSession(options => bootMachineFrom({ image, programs, dockerStore: images => containerStore?.(images) ?? [] }, options), build, { everyday, complete })
