// struct fs_struct: root, working directory, umask of a task.
import type { Path } from './path.ts'

export class FsState {
  #root: Path
  #cwd: Path
  umask: number

  constructor(root: Path, cwd: Path, umask: number) {
    this.#root = root
    this.#cwd = cwd
    this.umask = umask
    root.mount.pin()
    cwd.mount.pin()
  }

  get root(): Path {
    return this.#root
  }
  get cwd(): Path {
    return this.#cwd
  }
  setRoot(path: Path): void {
    path.mount.pin()
    this.#root.mount.unpin()
    this.#root = path
  }
  setCwd(path: Path): void {
    path.mount.pin()
    this.#cwd.mount.unpin()
    this.#cwd = path
  }
  copy(): FsState {
    return new FsState(this.#root, this.#cwd, this.umask)
  }
  release(): void {
    this.#root.mount.unpin()
    this.#cwd.mount.unpin()
  }
}
