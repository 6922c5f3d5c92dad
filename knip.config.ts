// Dead code: files nobody imports, exports nobody uses, dependencies nobody needs.
export default {
  entry: ['tools/main.ts', 'tools/bundle.mjs', 'site/session/machine-worker.ts', 'vm/browser/vm-worker.ts', 'site/pages/**/*.{astro,ts}', 'test/**/*.{test,spec}.ts', 'test/bench/*.ts'],
  project: ['{simulator,lab,vm,site,tools,test}/**/*.{ts,mjs,svelte,astro}'],
  // Constants and types of the ABI are complete on purpose.
  ignore: ['simulator/abi/**'],
  ignoreExportsUsedInFile: true,
  // Started as commands by tools/test-all.ts.
  ignoreDependencies: [
    '@astrojs/check', 'dependency-cruiser',
  ],
  // Tools of the system that tests and images use.
  ignoreBinaries: ['make', 'taskset', 'unshare'],
  includeEntryExports: false,
}
