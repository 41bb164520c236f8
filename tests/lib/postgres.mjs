// A database of its own for one test file, on the private PostgreSQL that tools/with-postgres.sh
// started, or on one started here when there is none.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './paths.mjs';

const script = join(repositoryRoot, 'tools', 'private-postgres.sh');

// Gives {url, drop}.
export async function freshDatabase() {
  let server = process.env.TENON_TEST_POSTGRES_URL;
  let folder;
  if (!server) {
    folder = mkdtempSync(join(tmpdir(), 'tenon-postgres-'));
    server = execFileSync(script, ['start', folder, String(process.pid)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
      .toString()
      .trim();
  }
  const name = `tenon_${randomBytes(6).toString('hex')}`;
  const psql = (sql) => {
    const result = spawnSync(
      'psql',
      ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', server, '-c', sql],
      { encoding: 'utf8' },
    );
    if (result.status !== 0) throw new Error(`psql: ${result.stderr}`);
  };
  psql(`CREATE DATABASE ${name}`);
  return {
    url: server.replace(/\/postgres(?=\?|$)/, `/${name}`),
    drop: async () => {
      psql(`DROP DATABASE ${name} WITH (FORCE)`);
      if (folder) spawnSync(script, ['stop', folder]);
    },
  };
}
