// A popup's first page. It asks the window that opened it to prove that it began this connection,
// tells the server, and goes on to the provider. Without an answer it goes on unconfirmed: the
// connection then ends through the opener alone.
'use strict';

const { origin, url } = document.getElementById('start').dataset;
const PATIENCE_MS = 1500;

function askOpener() {
  return new Promise((resolve) => {
    if (!window.opener || !origin) return resolve('');
    window.addEventListener('message', (event) => {
      const isAnswer =
        event.source === window.opener &&
        event.origin === origin &&
        event.data?.type === 'tenon_connect_confirm';
      if (isAnswer) resolve(String(event.data.sessionKey));
    });
    window.opener.postMessage({ type: 'tenon_connect_start' }, origin);
    setTimeout(() => resolve(''), PATIENCE_MS);
  });
}

async function begin() {
  const sessionKey = await askOpener();
  if (sessionKey) {
    await fetch(location.pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sessionKey }),
    }).catch(() => undefined);
  }
  location.replace(url);
}

begin();
