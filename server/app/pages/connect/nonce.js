// The popup's first page. It takes the user token out of the address, tells the server which window
// opened it, and tells that window that it is ready; the window then leads it on to the provider.
'use strict';

const page = document.getElementById('nonce');
const { origin, publicOrigin } = page.dataset;
const token = new URLSearchParams(location.search).get('userToken') ?? '';
history.replaceState(null, '', location.pathname);

// The client leads on within a second or so; after this long something went wrong there.
const PATIENCE_MS = 15000;

function tell(title, words) {
  document.getElementById('spinner').hidden = true;
  document.getElementById('title').textContent = title;
  document.getElementById('words').textContent = words;
}

function referrerOrigin() {
  try {
    return new URL(document.referrer).origin;
  } catch {
    return '';
  }
}

async function confirmOpener() {
  try {
    await fetch(location.pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ openerOrigin: referrerOrigin() }),
    });
  } catch {
    // Unconfirmed, the connection still ends through the opener.
  }
}

async function begin() {
  if (publicOrigin !== location.origin) {
    tell('This did not work', `The product must call ${publicOrigin}, but called ${location.origin}.`);
    return;
  }
  if (!window.opener) {
    tell('This window was opened the wrong way', 'Close it and press Connect again.');
    return;
  }
  await confirmOpener();
  window.opener.postMessage({ type: 'oauth-nonce-loaded' }, origin);
  setTimeout(() => {
    tell('This did not work', 'The provider’s page did not open. Close this window and try again.');
  }, PATIENCE_MS);
}

begin();
