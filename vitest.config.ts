import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As many as the smallest machine has processors; by itself vitest would leave one idle.
    maxWorkers: 2,
  },
})
