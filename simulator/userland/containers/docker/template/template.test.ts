import { describe, expect, it } from 'vitest'
import { Template } from './execute.ts'
import type { TemplateError } from './lexer.ts'
import { fromJson } from './value.ts'

const DATA = fromJson({ Name: '/box', State: { Running: true }, Ports: { '80/tcp': [{ HostPort: '8080' }] }, Labels: { tier: 'back' }, Args: ['-g', 'daemon off;'] })
const render = (text: string): string => new Template(text).execute(DATA, { missingKeyIsError: true })
const problem = (text: string): string => {
  try {
    return render(text)
  } catch (thrown) {
    return (thrown as TemplateError).message
  }
}

describe('Go templates', () => {
  it.each([
    ['{{.Name}} {{.State}} {{.Args}}', '/box map[Running:true] [-g daemon off;]'],
    ['{{range $p, $b := .Ports}}{{$p}} -> {{(index $b 0).HostPort}}{{end}}', '80/tcp -> 8080'],
    ['{{if .State.Running}}up{{else}}down{{end}}', 'up'],
    ['{{with .Labels}}{{.tier | upper}}{{end}}', 'BACK'],
    ['{{json .Args}} {{join .Args ","}} {{len .Ports}}', '["-g","daemon off;"] -g,daemon off; 1'],
    ['{{printf "%-6s|%q" .Name .Name}}', '/box  |"/box"'],
    ['a {{- .Name -}} b', 'a/boxb'],
    ['{{slice .Name 1}}', 'box'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected)
  })

  it.each([
    ['{{.Nosuch}}', 'template: :1:2: executing "" at <.Nosuch>: map has no entry for key "Nosuch"'],
    ['{{.State.X}}', 'template: :1:8: executing "" at <.State.X>: map has no entry for key "X"'],
    ['{{.Name', 'template: :1: unclosed action'],
    ['{{foo}}', 'template: :1: function "foo" not defined'],
    ['{{end}}', 'template: :1: unexpected {{end}}'],
  ])('complains about %s', (text, expected) => {
    expect(problem(text)).toBe(expected)
  })
})
