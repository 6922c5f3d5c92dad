// How many operands an applet must have: with fewer or more it shows its usage (libbb: getopt32's opt_complementary, argc checks).

/** Least number of words that aren't options, and the exit status otherwise (1 unless said). */
const ONE = 'sleep printf seq tr renice watch basename dirname sed awk mkdir rmdir touch which readlink stat mkfifo setsid nohup expr factor split patch ln rm'.split(' ')
const TWO = 'mknod timeout cp mv chmod chown chgrp link'.split(' ')
const GREP = 'grep egrep fgrep'.split(' ')
interface Least {
  readonly words: number
  readonly status: number
}
const least = (names: readonly string[], words: number, status: number): readonly (readonly [string, Least])[] => names.map((name) => [name, { words, status }])
const LEAST: ReadonlyMap<string, Least> = new Map([...least(ONE, 1, 1), ...least(TWO, 2, 1), ...least(GREP, 1, 2)])

/** Options that take the place of the operands, or bring a value that isn't one. */
const EXCUSES: ReadonlyMap<string, RegExp> = new Map([
  ['sed', /^-[a-zA-Z]*[ef]/], ['awk', /^-[a-zA-Z]*[fe]/], ['grep', /^-[a-zA-Z]*[ef]/], ['egrep', /^-[a-zA-Z]*[ef]/], ['fgrep', /^-[a-zA-Z]*[ef]/], ['ln', /^-/], ['seq', /^-\d/],
  ['stat', /^-/], ['renice', /^-\d/], ['nohup', /^$/], ['rm', /^-[a-zA-Z]*f/],
])

/** Most operands of those that take no more (single_argv, getopt32's `=1` and `?2`). */
const MOST: ReadonlyMap<string, number> = new Map([['readlink', 1], ['dirname', 1], ['basename', 2], ['hostid', 0], ['logname', 0], ['nproc', 0]])

/** The status to end with after the usage text; undefined if there are operands enough. */
export function wrongOperands(name: string, words: readonly string[]): number | undefined {
  const most = MOST.get(name)
  if (most !== undefined && words.filter((word) => !/^-./.test(word)).length > most) return 1
  const needed = LEAST.get(name)
  if (needed === undefined || words.some((word) => EXCUSES.get(name)?.test(word) === true || word === '--help')) return undefined
  return words.filter((word) => !/^-./.test(word)).length < needed.words ? needed.status : undefined
}
