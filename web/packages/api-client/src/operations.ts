// What may be asked of the platform API and what comes back, worked out from the contract's types.
import type { paths } from '../generated/platform-api';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

export type OperationOf<P extends keyof paths, M extends Method> = paths[P][M];

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Succeeded<R> = R extends { 200: infer A }
  ? A
  : R extends { 201: infer A }
    ? A
    : R extends { 202: infer A }
      ? A
      : undefined;

export type ResultOf<Op> = Op extends { responses: infer R } ? Json<Succeeded<R>> : never;

type PathPart<Op> = Op extends { parameters: { path: infer P } } ? { path: P } : { path?: never };
type QueryPart<Op> = Op extends { parameters: { query?: infer Q } }
  ? { query?: Q }
  : { query?: never };
type BodyPart<Op> = Op extends { requestBody: infer B }
  ? { body: Json<B> }
  : Op extends { requestBody?: infer B }
    ? { body?: Json<NonNullable<B>> }
    : { body?: never };

export type InputOf<Op> = PathPart<Op> & QueryPart<Op> & BodyPart<Op> & CallOptions;

export interface CallOptions {
  signal?: AbortSignal;
}
