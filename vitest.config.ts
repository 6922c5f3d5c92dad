// Unit and property tests beside their files; the recorded cases, the lessons, and what needs a real machine (test/vm) are suites of their own.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', testTimeout: 120_000, include: ['{simulator,lab,vm,site,tools,test/conformance,test/fuzz}/**/*.test.ts'], exclude: ['test/conformance/conformance.test.ts'], environment: 'node' } },
      { test: { name: 'conformance', include: ['test/conformance/conformance.test.ts'], environment: 'node' } },
      { test: { name: 'machines', include: ['test/vm/**/*.test.ts'], environment: 'node', testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false } },
      { test: { name: 'lessons', include: ['test/lessons.test.ts'], environment: 'node', testTimeout: 60_000 } },
    ],
  },
})
