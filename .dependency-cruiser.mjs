// Who may import whom: abi, lib ← trace ← kernel ← syscalls ← userland ← machine ← lab ← vm ← site, tools (ARCHITECTURE.md, "The house").
// simulator/images (root file systems as data) stands beside machine: it may know which programs there are.

const order = ['simulator/abi', 'simulator/lib', 'simulator/trace', 'simulator/kernel', 'simulator/syscalls', 'simulator/userland', 'simulator/images', 'simulator/machine', 'lab', 'vm']

/** Folder n may import itself and the folders before it. */
const layers = order.map((folder, n) => ({
  name: `layer-${folder.replace('simulator/', '')}`,
  severity: 'error',
  comment: `${folder} may import only ${order.slice(0, n + 1).join(', ')}`,
  from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(simulator|lab|vm|site|tools|test|lessons)/', pathNot: `^(${order.slice(0, n + 1).join('|')})/` },
}))

export default {
  forbidden: [
    ...layers,
    { name: 'abi-imports-nothing', severity: 'error', comment: 'abi is constants and plain types only', from: { path: '^simulator/abi/' }, to: { pathNot: '^simulator/abi/' } },
    {
      name: 'programs-know-only-libc', severity: 'error', comment: 'A program sees the machine through system calls and files, never the kernel.',
      from: { path: '^simulator/userland/', pathNot: '\\.test\\.ts$' }, to: { path: '^simulator/(kernel|syscalls|machine|trace)/' },
    },
    {
      name: 'programs-stay-in-their-package', severity: 'error',
      comment: 'A program imports abi, lib, libc and its own package. Others may use what real packages ship as a library (libproc2), gnulib’s date parser, and busybox is made of other programs.',
      from: { path: '^simulator/userland/programs/([^/]+)/', pathNot: '(\\.test\\.ts$|^simulator/userland/programs/busybox/)' },
      to: { path: '^simulator/userland/(programs|containers|bash)/', pathNot: '^simulator/userland/programs/($1/|procps/(read-proc|signals|process-times)\\.ts$|coreutils/parse-date\\.ts$)' },
    },
    { name: 'one-parser-door', severity: 'error', comment: 'unbash is imported in bash/syntax.ts only', from: { pathNot: '^simulator/userland/bash/syntax\\.ts$' }, to: { path: 'node_modules/unbash' } },
    { name: 'simulator-needs-nothing', severity: 'error', comment: 'The only run-time dependency of the simulated machine is the shell parser.', from: { path: '^simulator/', pathNot: '\\.test\\.ts$' }, to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/unbash' } },
    { name: 'lab-is-portable', severity: 'error', comment: 'The classroom runs in Node and in the browser: no Node modules, no dependency but valibot.', from: { path: '^lab/', pathNot: '\\.test\\.ts$' }, to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/valibot' } },
    {
      name: 'vm-knows-no-simulator', severity: 'error', comment: 'A real machine has a kernel of its own: of the simulated one it needs constants and types. Only its image is made of the same host’s files.',
      from: { path: '^vm/', pathNot: '(\\.test\\.ts$|^vm/image/)' }, to: { path: '^simulator/', pathNot: '^simulator/(abi|lib)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'vm-in-the-page-is-portable', severity: 'error', comment: 'The agent’s client and the VM of the page run in a browser, too: no Node modules there.',
      from: { path: '^vm/(agent|browser)/', pathNot: '(\\.test\\.ts$|^vm/browser/node/)' }, to: { dependencyTypes: ['core'] },
    },
    { name: 'lessons-are-content', severity: 'error', comment: 'lessons hold no logic', from: { path: '^lessons/', pathNot: '\\.test\\.ts$' }, to: {} },
    { name: 'no-circles', severity: 'error', comment: 'Two files that need each other are one file, or three.', from: { path: '^(lab|vm|tools|test)/' }, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.astro|test/conformance/cases)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
}
