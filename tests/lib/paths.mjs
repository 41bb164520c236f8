// Where things are in the repository, so that no test depends on the folder it was started from.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// The server under test. TENON names another build, such as build/release/tenon.
export const tenonBinary = () =>
  process.env.TENON ?? join(repositoryRoot, 'build', 'dev', 'tenon');
