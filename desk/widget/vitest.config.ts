import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], environment: "node", pool: "threads", maxWorkers: 1 },
  define: {
    __VERSION__: JSON.stringify("this build"),
    __CRISIS_LINES__: JSON.stringify({
      US: { emergency: "911", call: "988", text: "988", es: { press: "2", text: "AYUDA to 988" } },
      GB: { emergency: "999", call: "116 123", text: "SHOUT to 85258" },
    }),
  },
});
