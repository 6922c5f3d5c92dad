import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatYaml } from '../../../../lib/yaml-format.ts'
import { isYamlMap, parseYaml, type YamlMap } from '../../../../lib/yaml.ts'
import { canonicalService, merge, shellWords } from './canonical.ts'
import { parseDotenv } from './dotenv.ts'
import { interpolate, substitute } from './interpolate.ts'
import { startOrder } from './project.ts'
import { validateFile } from './schema.ts'

const read = (text: string): YamlMap => {
  const value = parseYaml(text)
  return isYamlMap(value) ? value : new Map()
}
const complaint = (body: () => unknown): string => {
  try {
    body()
    return ''
  } catch (error) {
    return (error as { message: string }).message
  }
}

describe('variables', () => {
  const values = new Map([['A', 'a'], ['EMPTY', '']])
  const missing: string[] = []
  const variables = { get: (name: string) => values.get(name), missing: (name: string) => missing.push(name) }
  test.each([
    ['$A ${A}b $$A', 'a ab $A'], ['${X:-d} ${X-d} ${EMPTY:-d} ${EMPTY-d}', 'd d d '], ['${A:+o} ${X:+o} ${EMPTY+o}', 'o  o'], ['${X:-${A}${Y:-z}}', 'az'], ['100%', '100%'],
  ])('%s', (text, value) => {
    expect(substitute(text, variables)).toBe(value)
  })
  test('one without a value is told of', () => {
    expect(substitute('<$NONE>', variables)).toBe('<>')
    expect(missing).toEqual(['NONE'])
  })
  test('mistakes name the place', () => {
    expect(complaint(() => interpolate(read('services:\n  web:\n    image: ${A\n'), '', variables))).toBe('invalid interpolation format for services.web.image.\nYou may need to escape any $ with another $.\n${A')
    expect(complaint(() => interpolate(read('a: ${X:?say it}\n'), '', variables))).toBe('error while interpolating a: required variable X is missing a value: say it')
  })
})

test('.env', () => {
  const text = '# c\nA=1\nexport B = two words # c\nC=\'$A\'\nD="x\\n${A}y"\n\nE=${B:-z}#n\nF\nG=\n'
  expect([...parseDotenv(text, (name) => (name === 'F' ? 'f' : undefined))]).toEqual([['A', '1'], ['B', 'two words'], ['C', '$A'], ['D', 'x\n1y'], ['E', 'two words#n'], ['F', 'f'], ['G', '']])
  expect(complaint(() => parseDotenv('A=1\nB-!=2\n', () => undefined))).toMatch(/^line 2: unexpected character "!"/)
})

describe('short forms', () => {
  const canonical = (text: string): string => formatYaml(canonicalService(read(text), '/p', '/home/u'))
  test.each([
    ['ports: [80, "8080:80", "127.0.0.1:53:53/udp", "3000-3001:4000-4001"]', 'ports:\n  - mode: ingress\n    target: 80\n    protocol: tcp\n  - mode: ingress\n    target: 80\n    published: "8080"\n    protocol: tcp\n  - mode: ingress\n    host_ip: 127.0.0.1\n    target: 53\n    published: "53"\n    protocol: udp\n  - mode: ingress\n    target: 4000\n    published: "3000"\n    protocol: tcp\n  - mode: ingress\n    target: 4001\n    published: "3001"\n    protocol: tcp\n'],
    ['volumes: ["d:/x:ro", "./a/../b:/y", "~/c:/z", /w]', 'volumes:\n  - type: volume\n    source: d\n    target: /x\n    read_only: true\n    volume: {}\n  - type: bind\n    source: /p/b\n    target: /y\n    bind:\n      create_host_path: true\n  - type: bind\n    source: /home/u/c\n    target: /z\n    bind:\n      create_host_path: true\n  - type: volume\n    target: /w\n    volume: {}\n'],
    ['mem_limit: 64m', 'mem_limit: "67108864"\n'],
  ])('%s', (text, whole) => {
    expect(canonical(text)).toBe(whole)
  })
  test('a canonical service stays as it is', () => {
    const once = canonicalService(read('build: .\ncommand: a "b c"\ndepends_on: [x]\nenvironment: [A=1, B]\nports: ["80:80"]\nvolumes: ["d:/x"]\nhealthcheck: {test: true}\n'), '/p', '/h')
    expect(formatYaml(canonicalService(once, '/p', '/h'))).toBe(formatYaml(once))
  })
})

test('words of a command', () => {
  expect(shellWords('a "b \\"c" \'d $e\' f\\ g ""')).toEqual(['a', 'b "c', 'd $e', 'f g', ''])
  expect(complaint(() => shellWords('a "b'))).toBe('EOF found when expecting closing quote')
})

test('a later file lies on top of an earlier one', () => {
  const merged = merge(read('a: {x: 1, y: [1]}\ncommand: [x]\nvolumes: [{target: /a, source: s}]\n'), read('a: {y: [1, 2], z: 3}\ncommand: [y]\nvolumes: [{target: /a, source: t}, {target: /b}]\n'))
  expect(formatYaml(merged)).toBe('a:\n  x: 1\n  "y":\n    - 1\n    - 2\n  z: 3\ncommand:\n  - "y"\nvolumes:\n  - target: /a\n    source: t\n  - target: /b\n')
})

describe('the schema', () => {
  test.each([
    ['services: {web: {foo: 1}}', 'services.web Additional property foo is not allowed'], ['foo: 1', '(root) Additional property foo is not allowed'], ['services: []', 'services must be a mapping'],
    ['services: {web: {ports: 80}}', 'services.web.ports must be a list'], ['services: {web: {user: 1}}', 'services.web.user must be a string'], ['services: {web: {x-any: 1, image: a}}\nx-more: 2', ''],
    ['services: {web: {depends_on: {db: {}}}}', 'services.web.depends_on.db condition is required'],
  ])('%s', (text, message) => {
    expect(complaint(() => validateFile(read(text)))).toBe(message)
  })
})

describe('the order of the start', () => {
  const service = (needs: readonly string[]): YamlMap => new Map([['depends_on', new Map(needs.map((n) => [n, new Map<string, string>()]))]])
  test('comes after what is needed, whatever the project', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { maxLength: 10 }), (needs) => {
      const services = new Map(needs.map((list, i) => [`s${i}`, service(list.filter((n) => n < i).map((n) => `s${n}`))]))
      const order = startOrder(services).flat()
      expect(order).toHaveLength(services.size)
      for (const [i, list] of needs.entries()) for (const n of list) if (n < i) expect(order.indexOf(`s${n}`)).toBeLessThan(order.indexOf(`s${i}`))
    }))
  })
  test('there is none in a circle', () => {
    expect(complaint(() => startOrder(new Map([['a', service(['b'])], ['b', service(['c'])], ['c', service(['b'])]])))).toBe('dependency cycle detected: b -> c -> b')
  })
})
