// One tab at a time owns a lesson's session. A second tab says so and may take over: the first one saves, lets go and says where it went.

export interface TabLock {
  /** Resolves to true once this tab owns the session, to false if another one does. */
  acquire(): Promise<boolean>
  /** Asks the owner to let go, then owns it. */
  takeOver(): Promise<void>
  release(): void
}

/** `letGo` is called when another tab takes over; it resolves when everything is saved. */
export function tabLock(lesson: string, letGo: () => Promise<void>): TabLock {
  const name = `isolab session ${lesson}`
  const channel = new BroadcastChannel(name)
  let free: (() => void) | undefined
  channel.onmessage = async () => {
    if (!free) return
    await letGo()
    free?.()
    free = undefined
  }
  const hold = (options: LockOptions): Promise<boolean> => new Promise(resolve => {
    void navigator.locks.request(name, options, lock => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise<void>(done => { free = done })
    })
  })
  return {
    acquire: () => hold({ ifAvailable: true }),
    takeOver: async () => {
      channel.postMessage('take over')
      await hold({})
    },
    release: () => {
      free?.()
      free = undefined
      channel.close()
    },
  }
}
