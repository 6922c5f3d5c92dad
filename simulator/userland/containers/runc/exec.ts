// runc exec: one more process in a running container.
import type { Flow } from '../../../abi/syscalls.ts'
import { fail, GoError, wrapped } from '../go-error.ts'
import { check } from '../go-error.ts'
import { parseGoJson } from '../go-json.ts'
import { readFile } from '../../libc/unistd.ts'
import { warnUnknownCapabilities, writePidFile } from './container.ts'
import type { ContainerConfig } from './config.ts'
import { type Context, isSet, option } from './context.ts'
import { makeInitConfig } from './init-config.ts'
import { launch, setnsBootstrap } from './launch.ts'
import type { OciCapabilities, OciProcess } from './oci.ts'
import { parseSpec, validateProcess } from './parse-spec.ts'
import { bundleOf } from './container.ts'
import { loadState, statusOf } from './state.ts'
import { checkTerminal, forward, setUpIo } from './stdio.ts'

/** Every failure of runc's own is status 255, so that it can't be taken for the command's. */
export const EXEC_FAILED = 255

export function* execCommand(x: Context): Flow<number> {
  return yield* wrapped('exec failed', execProcess(x))
}

function* execProcess(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  const status = yield* statusOf(x.root, state)
  if (status === 'stopped') fail('cannot exec in a stopped container')
  if (status === 'paused' && !isSet(x, 'ignore-paused')) fail('cannot exec in a paused container (use --ignore-paused to override)')
  const process = yield* processOf(x, bundleOf(state))
  const detaches = isSet(x, 'detach')
  yield* warnUnknownCapabilities(x, process)
  checkTerminal(process.terminal === true, detaches, option(x, 'console-socket'))
  const attached = yield* setUpIo(process.terminal === true, detaches, option(x, 'console-socket'))
  const config: ContainerConfig = state.config
  const sub = option(x, 'cgroup')
  const init = makeInitConfig('setns', state.id, process, config, { passedFiles: Number(option(x, 'preserve-fds')), hookState: undefined })
  const nothing = function* (): Flow<void> {}
  const pid = yield* wrapped('unable to start container process', launch(x.c, {
    config, init, bootstrap: setnsBootstrap(config, state.namespace_paths), stdio: attached.stdio, cgroup: `${state.cgroup_paths['']}${sub === '' ? '' : `/${sub.replace(/^\//, '')}`}`,
    fifoFd: undefined, onHooks: nothing, onReady: nothing,
  }))
  yield* attached.afterStart(pid)
  yield* writePidFile(option(x, 'pid-file'), pid)
  return detaches ? 0 : yield* forward(attached, pid)
}

/** getProcess: process.json, or the container's own process with what the command line changes. */
function* processOf(x: Context, bundle: string): Flow<OciProcess> {
  const file = option(x, 'process')
  if (file !== '') {
    const process = parseGoJson(check(yield* readFile(file), `open ${file}`)) as OciProcess
    validateProcess(process)
    return process
  }
  const spec = parseSpec(check(yield* readFile(`${bundle}/config.json`), `open ${bundle}/config.json`))
  const base = spec.process ?? {}
  const { flags } = x
  const args = x.args.slice(1)
  if (args.length === 0) fail('process args cannot be empty')
  const env = [...(base.env ?? []), ...(flags.lists.get('env') ?? [])]
  const process: OciProcess = {
    ...base, args, env, terminal: isSet(x, 'tty'), cwd: option(x, 'cwd') || base.cwd, user: userOf(x, base), capabilities: withCaps(base.capabilities, flags.lists.get('cap') ?? []),
    apparmorProfile: option(x, 'apparmor') || base.apparmorProfile, noNewPrivileges: isSet(x, 'no-new-privs') ? true : base.noNewPrivileges,
  }
  validateProcess(process)
  return process
}

function withCaps(caps: OciCapabilities | undefined, added: readonly string[]): OciCapabilities | undefined {
  if (added.length === 0) return caps
  const plus = (list: readonly string[] | undefined): readonly string[] => [...(list ?? []), ...added]
  return { ...caps, bounding: plus(caps?.bounding), effective: plus(caps?.effective), permitted: plus(caps?.permitted), ambient: plus(caps?.ambient) }
}

function userOf(x: Context, base: OciProcess): OciProcess['user'] {
  const given = option(x, 'user')
  const extra = (x.flags.lists.get('additional-gids') ?? []).map(Number)
  const old = base.user ?? { uid: 0, gid: 0 }
  const additionalGids = [...(old.additionalGids ?? []), ...extra]
  if (given === '') return extra.length === 0 ? old : { ...old, additionalGids }
  const [uid, gid] = given.split(':')
  if (!/^\d+$/.test(uid)) throw new GoError(`parsing ${uid} as int for uid failed: strconv.Atoi: parsing ${JSON.stringify(uid)}: invalid syntax`)
  if (gid !== undefined && !/^\d+$/.test(gid)) throw new GoError(`parsing ${gid} as int for gid failed: strconv.Atoi: parsing ${JSON.stringify(gid)}: invalid syntax`)
  return { ...old, uid: Number(uid), ...(gid === undefined ? {} : { gid: Number(gid) }), additionalGids }
}
