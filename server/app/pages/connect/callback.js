// The popup's last page: tells its opener how it ended, at the one origin that began, and closes.
'use strict';

const end = document.getElementById('end');
const { origin, message, state } = end.dataset;
const canPost = Boolean(window.opener && origin);

if (canPost && message) window.opener.postMessage(JSON.parse(message), origin);

// A failure that nobody was told of stays on the screen.
if (state === 'connected' || (canPost && message)) {
  setTimeout(() => window.close(), 150);
}
