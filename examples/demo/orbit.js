// What a product does with the SDK: sign in, show what can be connected, open the portal, call the
// provider's API.
const { tenon } = window;
const byId = (id) => document.getElementById(id);

async function showContacts(type) {
  try {
    const { contacts } = await tenon.request(type, '/contacts');
    byId('words').textContent = `${contacts.length} contacts through ${type}:`;
    byId('contacts').replaceChildren(
      ...contacts.map(({ name }) =>
        Object.assign(document.createElement('li'), { textContent: name }),
      ),
    );
  } catch (error) {
    byId('words').textContent = error.message;
  }
}

function draw() {
  const { integrations } = tenon.getUser();
  byId('integrations').replaceChildren(
    ...tenon.getIntegrationMetadata().map(({ type, name, icon }) => {
      const item = document.createElement('li');
      const isConnected = integrations[type].enabled;
      item.innerHTML = '<img width="32" height="32" alt=""><span></span><button></button>';
      item.querySelector('img').src = icon;
      item.querySelector('span').textContent = name;
      const button = item.querySelector('button');
      button.textContent = isConnected ? 'Manage' : 'Connect';
      button.onclick = () => tenon.connect(type).catch((error) => console.warn(error.message));
      return item;
    }),
  );
  const connected = Object.keys(integrations).find((type) => integrations[type].enabled);
  if (connected) return showContacts(connected);
  byId('words').textContent = 'Nothing is connected yet.';
  byId('contacts').replaceChildren();
}

const { projectId, token } = await (await fetch('/token')).json();
await tenon.authenticate(projectId, token);
tenon.subscribe('onIntegrationInstall', draw);
tenon.subscribe('onIntegrationUninstall', draw);
draw();
