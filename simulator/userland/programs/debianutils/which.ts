// which(1) of debianutils 5.7: a small shell script there.
import { isErr } from '../../../abi/errno.ts'
import { X_OK } from '../../../abi/fcntl.ts'
import { isReg } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { access, stat } from '../../libc/unistd.ts'

export function* which(c: Crt): Flow<number> {
  const path = c.argv[0] ?? 'which'
  let [all, silent] = [false, false]
  let at = 1
  for (; at < c.argv.length && /^-./.test(c.argv[at]); at++) {
    if (c.argv[at] === '--') {
      at++
      break
    }
    for (const letter of c.argv[at].slice(1)) {
      if (letter === 'a') all = true
      else if (letter === 's') silent = true
      else {
        yield* c.stdout.write(`Illegal option -${letter}\nUsage: ${path.includes('/') ? path : `/usr/bin/${path}`} [-a] args\n`)
        return 2
      }
    }
  }
  const names = c.argv.slice(at)
  let missing = names.length === 0
  for (const name of names) {
    let found = false
    for (const file of candidates(name, c.env.get('PATH') ?? '')) {
      const st = yield* stat(file)
      if (isErr(st) || !isReg(st.mode) || isErr(yield* access(file, X_OK))) continue
      found = true
      if (!silent) yield* c.stdout.write(`${file}\n`)
      if (!all) break
    }
    if (!found) missing = true
  }
  return missing ? 1 : 0
}

function candidates(name: string, path: string): readonly string[] {
  if (name === '') return []
  if (name.includes('/')) return [name]
  return path.split(':').map((dir) => `${dir === '' ? '.' : dir}/${name}`)
}
