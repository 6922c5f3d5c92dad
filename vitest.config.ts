// Unit and property tests beside their files; the recorded cases and the lessons are suites of their own (npm run conformance, npm run lessons).
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', testTimeout: 120_000, include: ['{simulator,lab,site,tools,test/conformance,test/fuzz}/**/*.test.ts'], exclude: ['test/conformance/conformance.test.ts'], environment: 'node' } },
      { test: { name: 'conformance', include: ['test/conformance/conformance.test.ts'], environment: 'node' } },
      { test: { name: 'lessons', include: ['test/lessons.test.ts'], environment: 'node', testTimeout: 60_000 } },
    ],
  },
})
