// OneSignal as documentation.onesignal.com describes it: "Authorization: Key …", and the app's id
// in each request.
import { sendJson } from './http-server.mjs';
import { startFake } from './oauth-fake.mjs';

export async function startOnesignal({
  appId = '202d4f61-1ca9-42df-9d36-bb17d8123abc',
  apiKey = 'onesignal-app-api-key',
} = {}) {
  const app = (appIdOf, handler) => (call) => {
    if (call.request.headers.authorization !== `Key ${apiKey}`)
      return sendJson(call.response, 403, { errors: ['Access denied.'] });
    if (appIdOf(call) !== appId)
      return sendJson(call.response, 400, { errors: ['app_id not found.'] });
    return handler(call);
  };
  const list = app(
    (call) => call.url.searchParams.get('app_id'),
    (call) => sendJson(call.response, 200, { total_count: 0, offset: 0, notifications: [] }),
  );
  const create = app(
    (call) => call.json().app_id,
    (call) =>
      call.json().contents
        ? sendJson(call.response, 200, { id: 'b98881cc-1e94-4366-bbd9-db8f3429292b' })
        : sendJson(call.response, 400, { errors: ['Message Notifications must have content'] }),
  );
  return {
    ...(await startFake(
      [
        ['GET', /^\/notifications$/, list],
        ['POST', /^\/notifications$/, create],
      ],
      (response) => sendJson(response, 404, { errors: ['Not found'] }),
    )),
    hosts: ['api.onesignal.com'],
    appId,
    apiKey,
  };
}
