// The set-up page: sends the form with the link's token, makes a first API key and shows what to do next.
"use strict";

const form = document.getElementById("form");
const problem = document.getElementById("problem");
const submit = document.getElementById("submit");
const token = location.pathname.split("/").pop();

async function call(method, path, body, csrfToken) {
  const answer = await fetch(path, {
    method,
    headers: {
      "Content-Type": "application/json",
      ...(csrfToken ? { "X-Tenon-CSRF": csrfToken } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(value.message || `The server answered ${answer.status}.`);
  return value;
}

function firstProblem() {
  if (!form.email.checkValidity()) return [form.email, "Enter an e-mail address."];
  if (form.password.value.length < 10) return [form.password, "The password needs at least 10 characters."];
  if (!form.projectName.value.trim()) return [form.projectName, "Give the project a name."];
  return null;
}

function showProblem(text) {
  problem.textContent = text;
  problem.hidden = false;
}

function showResult(projectId, key) {
  document.getElementById("project-id").textContent = projectId;
  document.getElementById("api-key").textContent = key;
  document.getElementById("next").textContent = [
    `export TENON_SERVER=${location.origin}`,
    `export TENON_PROJECT=${projectId}`,
    `export TENON_API_KEY=${key}`,
    "build/release/tenon integrations apply examples/integrations/github.yaml",
  ].join("\n");
  form.hidden = true;
  document.getElementById("lead").hidden = true;
  document.getElementById("result").hidden = false;
  history.replaceState(null, "", "/");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const wrong = firstProblem();
  if (wrong) {
    showProblem(wrong[1]);
    wrong[0].focus();
    return;
  }
  submit.disabled = true;
  try {
    const made = await call("POST", "/api/v1/setup", {
      token,
      email: form.email.value.trim(),
      password: form.password.value,
      projectName: form.projectName.value.trim(),
    });
    const session = await call("GET", "/api/v1/session");
    const key = await call("POST", `/api/v1/projects/${made.project.id}/api-keys`, { name: "First key" },
      session.csrfToken);
    showResult(made.project.id, key.key);
  } catch (error) {
    showProblem(error.message);
  } finally {
    submit.disabled = false;
  }
});
