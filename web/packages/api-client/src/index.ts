// The platform API for our web apps.
import type { components } from '../generated/platform-api';

export { ApiClient, type ApiClientHooks } from './client';
export { ApiError, errorOf, type FieldProblem } from './api-error';
export type { paths, components, operations } from '../generated/platform-api';
export type { InputOf, OperationOf, PathsOf, ResultOf } from './operations';

// A noun of the contract by its name: Schema<'ConnectedUser'>.
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
