/** Runs biome's platform binary with the arguments given; its wrapper package is left out (docs/decisions.md). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(
  new URL(`../../node_modules/@biomejs/cli-${process.platform}-${process.arch}/biome`, import.meta.url),
);

if (!existsSync(binary)) {
  process.stderr.write(
    `lint needs biome, which is installed for Linux x64 and arm64 only: ${binary} is absent\n`,
  );
  process.exit(1);
}
const { status } = spawnSync(binary, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
