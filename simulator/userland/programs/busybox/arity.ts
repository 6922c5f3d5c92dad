// How many operands an applet must have: with fewer it shows its usage (libbb: getopt32's opt_complementary, argc checks).

/** Least number of words that aren't options, and the exit status otherwise (1 unless said). */
const ONE = 'sleep printf seq tr renice watch basename dirname sed awk mkdir rmdir touch which readlink stat mkfifo setsid nohup expr factor split patch ln'.split(' ')
const TWO = 'mknod timeout cp mv chmod chown chgrp link'.split(' ')
const GREP = 'grep egrep fgrep'.split(' ')
const LEAST: ReadonlyMap<string, { readonly words: number; readonly status: number }> = new Map([
  ...ONE.map((name) => [name, { words: 1, status: 1 }] as const), ...TWO.map((name) => [name, { words: 2, status: 1 }] as const), ...GREP.map((name) => [name, { words: 1, status: 2 }] as const),
])
/** Options that take the place of the operands, or bring a value that isn't one. */
const EXCUSES: ReadonlyMap<string, RegExp> = new Map([
  ['sed', /^-[a-zA-Z]*[ef]/], ['awk', /^-[a-zA-Z]*[fe]/], ['grep', /^-[a-zA-Z]*[ef]/], ['egrep', /^-[a-zA-Z]*[ef]/], ['fgrep', /^-[a-zA-Z]*[ef]/], ['ln', /^-/], ['seq', /^-\d/],
  ['stat', /^-/], ['renice', /^-\d/], ['nohup', /^$/],
])

/** The status to end with after the usage text; undefined if there are operands enough. */
export function tooFewOperands(name: string, words: readonly string[]): number | undefined {
  const least = LEAST.get(name)
  if (least === undefined || words.some((word) => EXCUSES.get(name)?.test(word) === true || word === '--help')) return undefined
  return words.filter((word) => !/^-./.test(word)).length < least.words ? least.status : undefined
}
