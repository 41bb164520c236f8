"""Host side in Python: the page gets a token for whoever is signed in to your product."""
import os
import time

import jwt
from flask import Flask, jsonify

TENON_URL = os.environ["TENON_URL"]
TENON_PROJECT = os.environ["TENON_PROJECT"]
TENON_SIGNING_KEY = os.environ["TENON_SIGNING_KEY"].replace("\\n", "\n")
app = Flask(__name__)


@app.get("/token")
def token():
    user_id = "alice"  # the user of your session
    now = int(time.time())
    claims = {"sub": user_id, "aud": f"useparagon.com/{TENON_PROJECT}", "iat": now, "exp": now + 3600}
    signed = jwt.encode(claims, TENON_SIGNING_KEY, algorithm="RS256")
    return jsonify(projectId=TENON_PROJECT, token=signed)


@app.get("/")
def page():
    return f"""<!doctype html><title>My product</title>
    <button id="connect">Connect</button>
    <script src="{TENON_URL}/sdk/tenon.js"></script>
    <script type="module">
      const {{ projectId, token }} = await (await fetch('/token')).json();
      await tenon.authenticate(projectId, token);
      const {{ type }} = tenon.getIntegrationMetadata()[0];
      document.getElementById('connect').onclick = () => tenon.connect(type);
    </script>"""
