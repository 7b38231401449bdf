import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../../docs/generated/openapi.json",
  logs: { file: false, level: "warn" },
  output: "src/api",
  plugins: ["@hey-api/typescript", { name: "@hey-api/sdk", operations: { strategy: "flat" } }, "@hey-api/client-fetch"],
});
