// Certificates made on the spot with openssl: an authority, and servers that it signed or that
// signed themselves. All begin now and end after a day.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class CertificateAuthority {
  #folder = mkdtempSync(join(tmpdir(), 'tenon-ca-'));
  #count = 0;

  constructor(name = 'Test authority') {
    this.file = join(this.#folder, 'ca.pem');
    this.#openssl(
      ['req', '-x509', '-subj', `/CN=${name}`, ...this.#newKey('ca.key')],
      ['-days', '1', '-out', this.file],
    );
  }

  // {key, cert} for a TLS server, valid for `name`.
  serverFor(name) {
    this.#count += 1;
    const base = join(this.#folder, `server-${this.#count}`);
    writeFileSync(`${base}.ext`, `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
    this.#openssl(
      ['req', '-subj', `/CN=${name}`, ...this.#newKey(`server-${this.#count}.key`)],
      ['-out', `${base}.csr`],
    );
    this.#openssl(
      ['x509', '-req', '-in', `${base}.csr`, '-CA', this.file],
      ['-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial', '-days', '1'],
      ['-extfile', `${base}.ext`, '-out', `${base}.pem`],
    );
    return { key: readFileSync(`${base}.key`), cert: readFileSync(`${base}.pem`) };
  }

  // {key, cert} that no authority vouches for.
  selfSignedFor(name) {
    const base = join(this.#folder, 'self');
    this.#openssl(
      ['req', '-x509', '-subj', `/CN=${name}`, ...this.#newKey('self.key')],
      ['-addext', `subjectAltName=DNS:${name}`, '-days', '1', '-out', `${base}.pem`],
    );
    return { key: readFileSync(`${base}.key`), cert: readFileSync(`${base}.pem`) };
  }

  #newKey(file) {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    return [...curve, '-keyout', join(this.#folder, file)];
  }

  #openssl(...parts) {
    execFileSync('openssl', parts.flat(), { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  stop() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
