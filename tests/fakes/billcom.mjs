// BILL (bill.com) as developer.bill.com describes its v3 API: a login request with the user's
// name, password, organization id and developer key gives a session id, which every call sends as
// a header beside the developer key.
import { sendJson } from './http-server.mjs';
import { randomText, startFake } from './oauth-fake.mjs';

export async function startBillcom({
  username = 'ada@example.com',
  password = 'billcom-password',
  organizationId = '00802NVOGNVJNZZ10000',
  devKey = '01FAKEDEVKEYFORTESTS',
} = {}) {
  const sessions = new Map();
  const fail = (call, status, code, message) =>
    sendJson(call.response, status, [
      {
        timestamp: '2026-01-01T00:00:00.000+00:00',
        code,
        severity: 'ERROR',
        category: 'APPLICATION',
        message,
      },
    ]);

  function login(call) {
    if (!/^application\/json/.test(call.request.headers['content-type'] ?? '')) {
      return fail(call, 415, 'BDC_1171', 'Content-Type must be application/json.');
    }
    const given = call.json();
    if (given.devKey !== devKey) return fail(call, 401, 'BDC_1103', 'Invalid developer key.');
    if (given.username !== username || given.password !== password) {
      return fail(call, 401, 'BDC_1102', 'Invalid username or password.');
    }
    if (given.organizationId !== organizationId)
      return fail(call, 401, 'BDC_1110', 'Invalid organization.');
    const sessionId = randomText(24);
    sessions.set(sessionId, { userId: '00602QTKPLAFGXB1i1sz' });
    return sendJson(call.response, 200, {
      sessionId,
      organizationId,
      userId: '00602QTKPLAFGXB1i1sz',
      apiEndPoint: 'https://api.bill.com/api/v2',
      trusted: false,
    });
  }

  const api = (handler) => (call) => {
    const { headers } = call.request;
    if (headers.devkey !== devKey) return fail(call, 401, 'BDC_1103', 'Invalid developer key.');
    if (!sessions.has(headers.sessionid))
      return fail(call, 401, 'BDC_1109', 'Session is invalid. Please log in.');
    return handler(call);
  };
  const session = api((call) =>
    sendJson(call.response, 200, {
      organizationId,
      userId: '00602QTKPLAFGXB1i1sz',
      mfaStatus: 'NONE',
    }),
  );
  const vendors = api((call) =>
    sendJson(call.response, 200, {
      nextPage: null,
      prevPage: null,
      results: [{ id: '00902ABCD', name: 'Paper Company', archived: false }],
    }),
  );
  const newVendor = api((call) =>
    sendJson(call.response, 201, { id: '00902WXYZ', ...call.json() }),
  );

  return {
    ...(await startFake(
      [
        ['POST', /^\/connect\/v3\/login$/, login],
        ['GET', /^\/connect\/v3\/login\/session$/, session],
        ['GET', /^\/connect\/v3\/vendors$/, vendors],
        ['POST', /^\/connect\/v3\/vendors$/, newVendor],
      ],
      (response) => sendJson(response, 404, { message: 'not found' }),
    )),
    hosts: ['gateway.prod.bill.com', 'gateway.stage.bill.com'],
    username,
    password,
    organizationId,
    devKey,
    sessions,
    endSessions: () => sessions.clear(),
  };
}
