// runc create, run and start.
import type { Flow } from '../../../abi/syscalls.ts'
import { SIGKILL } from '../../../abi/signal.ts'
import { call } from '../../libc/syscall.ts'
import { fail, GoError, wrapped } from '../go-error.ts'
import { becomeSubreaper, createContainer, destroy, execFifo, setUpSpec, startInit, warnUnknownCapabilities, writePidFile } from './container.ts'
import { type Context, isSet, option } from './context.ts'
import { removeStateDirectory } from './state.ts'
import { loadState, statusOf } from './state.ts'
import { checkTerminal, forward, setUpIo } from './stdio.ts'

export function* createCommand(x: Context): Flow<number> {
  return yield* wrapped('runc create failed', startContainer(x, true))
}
export function* runCommand(x: Context): Flow<number> {
  return yield* wrapped('runc run failed', startContainer(x, false))
}

/** Both make a container; run also lets it go and, unless it detaches, stays with it to the end. Answers runc's exit status. */
function* startContainer(x: Context, isCreate: boolean): Flow<number> {
  const { spec, bundle } = yield* setUpSpec(x)
  const [id] = x.args
  const made = yield* createContainer(x, id, spec, bundle)
  const detaches = isCreate || isSet(x, 'detach')
  const terminal = made.process.terminal === true
  let attached
  try {
    yield* warnUnknownCapabilities(x, made.process)
    checkTerminal(terminal, detaches, option(x, 'console-socket'))
    if (!isSet(x, 'no-subreaper') && !isCreate && !detaches) yield* becomeSubreaper()
    attached = yield* setUpIo(terminal, detaches, option(x, 'console-socket'))
  } catch (thrown) {
    yield* removeStateDirectory(made.directory)
    throw thrown
  }
  const state = yield* startInit(x, made, attached.stdio, Number(option(x, 'preserve-fds')))
  const pid = state.init_process_pid
  try {
    yield* attached.afterStart(pid)
    if (!isCreate) yield* execFifo(x, state)
    yield* writePidFile(option(x, 'pid-file'), pid)
  } catch (thrown) {
    if (thrown instanceof GoError) {
      yield* call('kill', pid, SIGKILL)
      yield* forward({ ...attached, copies: [] }, pid)
      yield* destroy(x, state)
    }
    throw thrown
  }
  if (detaches) return 0
  const status = yield* forward(attached, pid)
  if (!isSet(x, 'keep')) yield* destroy(x, state)
  return status
}

export function* startCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  switch (yield* statusOf(x.root, state)) {
    case 'created':
      yield* execFifo(x, state)
      return 0
    case 'stopped': return fail('cannot start a container that has stopped')
    case 'running': return fail('cannot start an already running container')
    default: return fail(`cannot start a container in the ${yield* statusOf(x.root, state)} state`)
  }
}
