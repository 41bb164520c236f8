// Who is signed in, and what is known about them: authenticate, state, metadata, catalogue. The parts
// above build on it.
import { Catalog } from './catalog.js';
import { Emitter } from './emitter.js';
import { notAuthenticated } from './errors.js';
import { readToken } from './token.js';
import { addressesOf, Transport, version } from './transport.js';
import type {
  Addresses,
  AuthenticatedUser,
  AuthenticateOptions,
  ConnectUser,
  GlobalOptions,
  Integration,
  IntegrationConfig,
  IntegrationMetadata,
  UserMeta,
} from './types.js';

interface Me extends AuthenticatedUser {
  project: { id: string; accessibleFeatures: string[] };
}

const flatten = (user: Me): Me => ({
  ...user,
  integrations: Object.fromEntries(
    Object.entries(user.integrations).map(([type, state]) => [
      type,
      {
        ...state,
        allConfigurations: state.allCredentials.flatMap((one) => one.configurations ?? []),
      },
    ]),
  ),
});

export class Session extends Emitter {
  protected readonly transport = new Transport();
  protected readonly catalog = new Catalog();
  protected project: Me['project'] | undefined;
  #user: AuthenticatedUser | undefined;
  // Grows with each sign-in and sign-out, so that late answers of an earlier one change nothing.
  #turn = 0;

  constructor() {
    super();
    this.transport.onSignedOut = () => this.logout();
  }

  getVersion(): string {
    return version;
  }

  configureGlobal(options: GlobalOptions, overrides: Partial<Addresses> = {}): void {
    this.transport.addresses = addressesOf(options, overrides);
    this.logout();
  }

  async authenticate(
    projectId: string,
    token: string,
    { metadata }: AuthenticateOptions = {},
  ): Promise<void> {
    if (!projectId || !token)
      throw new Error('projectId or token not specified to authenticate()');
    const { expiresAt } = readToken(token);
    this.logout();
    const turn = this.#turn;
    Object.assign(this.transport, { projectId, token });
    try {
      if (Date.now() >= expiresAt * 1000) throw new Error('JWT token provided has expired.');
      await this.load(turn);
      if (metadata && Object.keys(metadata).length > 0) await this.setUserMetadata(metadata);
    } catch (error) {
      if (turn === this.#turn) this.logout();
      throw new Error(`Failed to authenticate user: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  protected async load(turn = this.#turn): Promise<void> {
    const [user, integrations] = await Promise.all([
      this.transport.json<Me>('/sdk/me'),
      this.transport.json<Integration[]>('/sdk/integrations'),
    ]);
    if (turn !== this.#turn) return;
    this.catalog.fill(integrations);
    this.project = user.project;
    const { authenticated, userId, integrations: states, meta, resources } = flatten(user);
    this.user = { authenticated, userId, integrations: states, meta, resources };
  }

  logout(): void {
    this.#turn += 1;
    this.#user = undefined;
    this.transport.token = '';
    this.changed();
  }

  getUser(): ConnectUser {
    return this.#user ? structuredClone(this.#user) : { authenticated: false };
  }

  async setUserMetadata(meta: UserMeta): Promise<AuthenticatedUser> {
    this.getSignedIn();
    await this.transport.json('/sdk/me', { method: 'PATCH', json: { meta } });
    await this.load();
    return structuredClone(this.getSignedIn());
  }

  getIntegrationMetadata(): IntegrationMetadata[];
  getIntegrationMetadata(type: string): IntegrationMetadata;
  getIntegrationMetadata(type?: string): IntegrationMetadata | IntegrationMetadata[] {
    this.getSignedIn();
    const all = this.catalog.metadata();
    if (type === undefined) return all;
    const found = all.find((one) => one.type === type);
    if (!found) throw new Error(`${type} is not a valid integration name`);
    return found;
  }

  getIntegrationConfig(type: string): IntegrationConfig {
    return this.catalog.config(type);
  }

  getIntegrationId(type: string): string {
    return this.catalog.get(type).id;
  }

  getAssetUrl(name: string): string {
    return `${this.transport.address('DASHBOARD_PUBLIC_URL')}/images/${name}.png`;
  }

  // ---- for the parts above ----

  protected getSignedIn(): AuthenticatedUser {
    if (!this.#user) throw notAuthenticated();
    return this.#user;
  }

  protected set user(user: AuthenticatedUser) {
    this.#user = user;
    this.changed();
  }

  // Called after each change of the state.
  protected changed(): void {}
}
