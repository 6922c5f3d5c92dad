// What the browser keeps between visits: the log of each session, damaged or superseded logs set aside, and progress. Storage may be full or forbidden;
// then everything still works, only nothing is kept, and `canKeep` says so.
const PREFIX = 'isolab'

function store(): Storage | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

export function read(kind: string, name: string): string | undefined {
  return store()?.getItem(`${PREFIX} ${kind} ${name}`) ?? undefined
}

/** False if it could not be kept. */
export function write(kind: string, name: string, value: string): boolean {
  try {
    const to = store()
    to?.setItem(`${PREFIX} ${kind} ${name}`, value)
    return to !== undefined
  } catch {
    return false
  }
}

export function remove(kind: string, name: string): void {
  store()?.removeItem(`${PREFIX} ${kind} ${name}`)
}

/** Moves a log that can't be used out of the way; it stays until the learner throws it away. */
export function setAside(lesson: string, text: string, now: Date): void {
  write('kept', `${lesson} ${now.toISOString()}`, text)
  remove('session', lesson)
}

/** Offers text as a file. */
export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  URL.revokeObjectURL(url)
}
