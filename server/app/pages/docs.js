// Draws openapi.json: operations grouped by tag, each with its parameters, body and answers.
"use strict";

const list = document.getElementById("operations");
const status = document.getElementById("status");
const search = document.getElementById("search");

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Follows a "#/…" reference inside the document. */
function resolve(root, value) {
  if (!value || !value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((at, key) => at && at[key.replace(/~1/g, "/").replace(/~0/g, "~")], root);
}

/** A schema in one line: its type, rules and reference name. */
function schemaText(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const rules = [];
  if (schema.enum) rules.push(schema.enum.join(" | "));
  if (schema.format) rules.push(schema.format);
  if (schema.pattern) rules.push(`matches ${schema.pattern}`);
  if (schema.maxLength !== undefined) rules.push(`at most ${schema.maxLength} characters`);
  if (schema.minimum !== undefined || schema.maximum !== undefined) rules.push(`${schema.minimum ?? "…"} to ${schema.maximum ?? "…"}`);
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type || "";
  const item = schema.items ? ` of ${schemaText(schema.items)}` : "";
  return `${type}${item}${rules.length ? ` (${rules.join(", ")})` : ""}`;
}

function table(headings, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const heading of headings) head.append(element("th", "", heading));
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  return made;
}

function schemaRows(root, schema) {
  const whole = resolve(root, schema) || {};
  const required = new Set(whole.required || []);
  return Object.entries(whole.properties || {}).map(([name, property]) => [
    name + (required.has(name) ? " *" : ""), schemaText(property), (resolve(root, property) || {}).description || ""]);
}

function drawBody(root, operation, shared) {
  const body = element("div", "body");
  if (operation.description) body.append(element("p", "", operation.description));
  const parameters = [...(shared || []), ...(operation.parameters || [])].map((p) => resolve(root, p)).filter(Boolean);
  if (parameters.length) {
    body.append(element("h3", "", "Parameters"), table(["Name", "In", "Form", ""],
      parameters.map((p) => [p.name + (p.required ? " *" : ""), p.in, schemaText(p.schema), p.description || ""])));
  }
  const request = resolve(root, operation.requestBody);
  for (const [type, content] of Object.entries((request && request.content) || {})) {
    body.append(element("h3", "", `Body: ${type}`));
    const rows = schemaRows(root, content.schema);
    body.append(rows.length ? table(["Field", "Form", ""], rows) : element("p", "hint", schemaText(content.schema)));
  }
  body.append(element("h3", "", "Answers"), table(["Status", ""],
    Object.entries(operation.responses || {}).map(([code, answer]) => [code, (resolve(root, answer) || {}).description || ""])));
  return body;
}

function drawOperation(root, path, verb, operation, shared) {
  const box = element("details", "operation");
  box.dataset.text = `${verb} ${path} ${operation.operationId} ${operation.summary || ""} ${(operation.tags || []).join(" ")}`.toLowerCase();
  const summary = element("summary");
  summary.append(element("span", "verb", verb.toUpperCase()), element("span", "route", path), element("span", "summary", operation.summary || ""));
  box.append(summary);
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(drawBody(root, operation, shared));
  });
  return box;
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const box of list.querySelectorAll(".operation")) {
    box.hidden = !words.every((word) => box.dataset.text.includes(word));
    if (!box.hidden) ++shown;
  }
  for (const group of list.querySelectorAll("section")) {
    group.hidden = !group.querySelector(".operation:not([hidden])");
  }
  status.textContent = shown ? `${shown} operations` : "No operation has these words. Try fewer.";
}

async function draw() {
  const root = await (await fetch("/openapi.json")).json();
  const groups = new Map();
  for (const [path, item] of Object.entries(root.paths)) {
    for (const verb of ["get", "post", "put", "patch", "delete", "head", "options"]) {
      if (!item[verb]) continue;
      const tag = (item[verb].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(drawOperation(root, path, verb, item[verb], item.parameters));
    }
  }
  for (const [tag, boxes] of [...groups].sort()) {
    const section = element("section", "card");
    section.append(element("h2", "", tag), ...boxes);
    list.append(section);
  }
  filter();
}

search.addEventListener("input", filter);
draw().catch(() => { status.textContent = "The contract could not be loaded. Reload the page to try again."; });
