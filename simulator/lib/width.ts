// How many terminal cells a text takes: wcwidth(3), reduced to what names and output in lessons contain.

/** East Asian wide characters and emoji take two cells, combining marks and control characters none. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) {
    if (char >= ' ' && char <= '~') width++
    else if (/[\p{M}\p{C}]/u.test(char)) width += 0
    else width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(char) ? 2 : 1
  }
  return width
}
