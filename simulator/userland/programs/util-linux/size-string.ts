// Sizes as libmount's tools print them (lib/strutils.c, size_to_human_string): one rounded decimal, one letter: 1.2G, 235M, 512B.

const LETTERS = 'BKMGTPE'

export function sizeString(bytes: number): string {
  let exponent = 0
  while (exponent < LETTERS.length - 1 && bytes >= 1024 ** (exponent + 1)) exponent++
  const unit = 1024 ** exponent
  let whole = Math.floor(bytes / unit)
  let tenth = Math.floor((Math.floor(((bytes % unit) * 1000) / unit) + 50) / 100)
  if (tenth === 10) {
    whole++
    tenth = 0
  }
  return `${whole}${tenth > 0 ? `.${tenth}` : ''}${LETTERS[exponent]}`
}
