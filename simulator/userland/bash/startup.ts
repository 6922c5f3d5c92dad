// Start-up files (INVOCATION in bash(1)), with Debian's /etc/bash.bashrc.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { readFile } from '../libc/unistd.ts'
import { evalString } from './eval.ts'
import type { Invocation } from './invocation.ts'
import { ShellAbort, type Shell } from './state.ts'

/** Sources a file if it can be read; answers whether it was. */
export function* sourceIfThere(sh: Shell, path: string): Flow<boolean> {
  const text = yield* readFile(path)
  if (isErr(text)) {
    if (sh.bash && text !== Errno.ENOENT) yield* sh.write2(`${sh.errorName}: ${path}: ${text.message}\n`)
    return text !== Errno.ENOENT
  }
  sh.sourceDepth++
  sh.frames.push({ name: 'source', source: path, callLine: 0 })
  try {
    yield* evalString(sh, text, path, 1)
  } catch (e) {
    if (!(e instanceof ShellAbort)) throw e
    sh.status = e.status
  } finally {
    sh.frames.pop()
    sh.sourceDepth--
    sh.returning = false
  }
  return true
}

export function* runStartupFiles(sh: Shell, how: Invocation): Flow<void> {
  const home = sh.vars.get('HOME') ?? ''
  if (how.login && !how.noProfile) {
    yield* sourceIfThere(sh, '/etc/profile')
    if (!sh.bash) {
      yield* sourceIfThere(sh, `${home}/.profile`)
    } else {
      for (const name of ['.bash_profile', '.bash_login', '.profile']) if (yield* sourceIfThere(sh, `${home}/${name}`)) break
    }
  } else if (sh.interactive && sh.bash && !how.noRc) {
    yield* sourceIfThere(sh, '/etc/bash.bashrc')
    yield* sourceIfThere(sh, how.rcFile ?? `${home}/.bashrc`)
  } else if (sh.interactive && !sh.bash) {
    const env = sh.vars.get('ENV')
    if (env && !sh.options.has('privileged')) yield* sourceIfThere(sh, env)
  } else if (sh.bash && !sh.interactive) {
    const env = sh.vars.get('BASH_ENV')
    if (env && !sh.options.has('privileged')) yield* sourceIfThere(sh, env)
  }
  sh.status = 0
}
