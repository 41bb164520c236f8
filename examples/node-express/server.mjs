// Host side in Node: the page gets a token for whoever is signed in to your product.
import { signUserToken } from '@tenon/connect/server';
import express from 'express';

const { TENON_URL, TENON_PROJECT, TENON_SIGNING_KEY, PORT = 3000 } = process.env;
const app = express();

app.get('/token', (request, response) => {
  const userId = 'alice'; // the user of your session
  const token = signUserToken({ projectId: TENON_PROJECT, privateKey: TENON_SIGNING_KEY, userId });
  response.json({ projectId: TENON_PROJECT, token });
});

app.get('/', (request, response) => {
  response.send(`<!doctype html><title>My product</title>
    <button id="connect">Connect</button>
    <script src="${TENON_URL}/sdk/tenon.js"></script>
    <script type="module">
      const { projectId, token } = await (await fetch('/token')).json();
      await tenon.authenticate(projectId, token);
      document.getElementById('connect').onclick = async () => {
        const { type } = tenon.getIntegrationMetadata()[0];
        await tenon.connect(type);
        console.log(await tenon.request(type, '/contacts'));
      };
    </script>`);
});

app.listen(PORT, () => console.log(`http://localhost:${PORT}`));
