// Advance widths of the drawing's fonts in thousandths of an em, so that Node and browser lay out the same picture without measuring.
// Measured from site/fonts with kerning off; characters outside the table count as wide as an average letter.

/** ASCII 32 to 126. */
const REGULAR = [
  202, 227, 329, 569, 596, 891, 631, 180, 259, 259, 400, 572, 231, 462, 229, 357, 553, 439, 513, 523, 522, 501, 543, 502, 549, 553, 228, 233, 572, 572, 572, 450, 937,
  539, 550, 603, 610, 510, 485, 621, 628, 243, 250, 568, 456, 734, 630, 612, 522, 612, 575, 537, 512, 614, 559, 811, 528, 515, 518, 259, 278, 259, 469, 499, 333,
  472, 511, 492, 515, 495, 351, 491, 529, 225, 224, 472, 224, 800, 529, 510, 511, 515, 345, 442, 372, 516, 475, 686, 461, 474, 443, 480, 200, 480, 541,
]
const BOLD = [
  199, 236, 346, 574, 597, 894, 634, 187, 262, 262, 399, 572, 242, 461, 240, 365, 558, 448, 518, 528, 532, 508, 549, 509, 555, 559, 237, 245, 572, 572, 572, 457, 937,
  549, 555, 607, 613, 513, 489, 624, 631, 248, 255, 575, 460, 740, 633, 615, 527, 615, 579, 539, 516, 617, 567, 820, 537, 525, 523, 262, 278, 262, 581, 503, 333,
  476, 513, 496, 517, 499, 356, 493, 530, 229, 228, 481, 228, 799, 530, 513, 513, 517, 348, 445, 376, 518, 481, 695, 471, 480, 447, 394, 220, 394, 520,
]
const OTHER = new Map([['…', 690], ['·', 245], ['→', 1000], ['←', 1000], ['–', 700], ['—', 832], ['’', 240], ['“', 405], ['”', 405], ['×', 572], ['△', 760]])
const AVERAGE = 520
const MONO = 600

export type Voice = 'regular' | 'bold' | 'mono'

/** Width of one line of text in CSS pixels at `size` pixels. */
export function textWidth(text: string, voice: Voice, size: number): number {
  let sum = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (voice === 'mono') sum += code > 0x7e && OTHER.get(char) === 1000 ? 1000 : MONO
    else sum += (code < 127 ? (voice === 'bold' ? BOLD : REGULAR)[code - 32] : OTHER.get(char)) ?? AVERAGE
  }
  return sum * size / 1000
}

/** `text`, or as much of its start as fits into `width` with an ellipsis. */
export function fitText(text: string, voice: Voice, size: number, width: number): string {
  if (textWidth(text, voice, size) <= width) return text
  const chars = [...text]
  while (chars.length > 1 && textWidth(chars.join('') + '…', voice, size) > width) chars.pop()
  return chars.join('') + '…'
}

/** `text` with an ellipsis in its middle if it is too long: for paths, whose two ends matter. */
export function fitPath(text: string, size: number, width: number): string {
  const room = Math.max(5, Math.floor(width / (MONO * size / 1000)))
  if (text.length <= room) return text
  const tail = Math.floor((room - 1) / 2)
  return text.slice(0, room - 1 - tail) + '…' + text.slice(text.length - tail)
}
