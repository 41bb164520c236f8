// A refusal by the server, or a call that never reached it (status 0).
export interface FieldProblem {
  field: string;
  rule: string;
}

export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly problems: FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    problems?: FieldProblem[];
    retryAfterSeconds?: number | undefined;
  }) {
    super(answer.message);
    this.status = answer.status;
    this.code = answer.code;
    this.problems = answer.problems ?? [];
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }

  // The rule that `field` breaks, for the words beside it.
  problemOf(field: string): string | undefined {
    return this.problems.find((problem) => problem.field === field)?.rule;
  }
}

export function unreachable(): ApiError {
  return new ApiError({
    status: 0,
    code: 'network',
    message: 'The server did not answer. Check your connection and try again.',
  });
}

export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as {
    message?: string;
    code?: string;
    meta?: { problems?: FieldProblem[] };
  };
  const retryAfter = Number(response.headers.get('Retry-After'));
  return new ApiError({
    status: response.status,
    code: body.code ?? 'unknown',
    message: body.message ?? `The server answered ${response.status}.`,
    problems: body.meta?.problems ?? [],
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
  });
}
