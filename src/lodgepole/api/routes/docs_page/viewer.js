"use strict";
// Shows one OpenAPI document and sends requests of it to this server. Every text of the document
// or of an answer becomes a text node, never markup.

const VERSIONS = ["2026-04", "2025-10", "2025-04", "2025-01", "lodgepole"]; // the last is our own
const VERSION_HEADER = "X-Pinecone-Api-Version";
const DEEPEST = 8; // levels of a schema that are written out
let shown; // the document

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function resolved(node) {
  while (node && node.$ref) {
    node = node.$ref.slice(2).split("/").reduce((inner, key) => inner[key], shown);
  }
  return node || {};
}

function typeOf(schema) {
  const plain = resolved(schema);
  if (plain.const !== undefined) return JSON.stringify(plain.const);
  if (plain.enum) return plain.enum.map((word) => JSON.stringify(word)).join(" | ");
  const choice = plain.anyOf || plain.oneOf;
  if (choice && !plain.properties) return [...new Set(choice.map(typeOf))].join(" | ");
  const types = [plain.type || "any"].flat();
  const words = types.map((type) => (type === "array" ? `list of ${typeOf(plain.items)}` : type));
  const bounds = ["minimum", "maximum", "maxLength", "default"]
    .filter((name) => plain[name] !== undefined)
    .map((name) => `${name} ${plain[name]}`);
  return [words.join(" | "), ...bounds].join(", ");
}

function objectsIn(schema) {
  const plain = resolved(schema);
  if (plain.properties) return [plain];
  if (plain.items) return objectsIn(plain.items);
  return (plain.anyOf || plain.oneOf || []).flatMap(objectsIn);
}

function fields(schema, depth = 0) {
  const lists = objectsIn(schema).map((plain) => {
    const required = new Set(plain.required || []);
    const items = Object.entries(plain.properties).map(([name, property]) => {
      const type = typeOf(property) + (required.has(name) ? ", required" : "");
      const inner = depth < DEEPEST && objectsIn(property).length ? fields(property, depth + 1) : [];
      const about = property.description || resolved(property).description;
      return make("li", {}, make("code", {}, name), " ", make("span", { class: "type" }, type),
        about ? ` ${about}` : "", ...(inner.length ? [nested(inner)] : []));
    });
    return make("ul", { class: "fields" }, ...items);
  });
  return lists;
}

function nested(lists) {
  return make("details", {}, make("summary", {}, "fields"), ...lists);
}

function example(schema, depth = 0) {
  const plain = resolved(schema);
  if (plain.const !== undefined) return plain.const;
  if (plain.enum) return plain.enum[0];
  if (plain.properties) {
    const required = (plain.required || []).concat(depth ? [] : ["query"]);
    return Object.fromEntries(Object.entries(plain.properties)
      .filter(([name]) => required.includes(name))
      .map(([name, property]) => [name, example(property, depth + 1)]));
  }
  const choice = plain.anyOf || plain.oneOf;
  if (choice) return example(choice[0], depth + 1);
  const type = [plain.type || "string"].flat()[0];
  if (type === "array") return depth < DEEPEST ? [example(plain.items, depth + 1)] : [];
  return { integer: plain.default ?? 1, number: plain.default ?? 0, boolean: false, object: {} }[type] ?? "…";
}

function parameterInputs(operation) {
  return operation.parameters.filter((parameter) => parameter.in !== "header").map((parameter) => {
    const label = `${parameter.in} ${parameter.name}`;
    const input = make("input", { "aria-label": label });
    input.dataset.in = parameter.in;
    input.dataset.name = parameter.name;
    const schema = parameter.schema || parameter.content["application/json"].schema;
    const about = `${typeOf(schema)}. ${parameter.description}`;
    return make("div", { class: "row" }, make("code", {}, parameter.name), input,
      make("span", { class: "type" }, about));
  });
}

function bodyInput(operation) {
  const content = operation.requestBody && operation.requestBody.content;
  if (!content) return undefined;
  if (content["multipart/form-data"]) {
    const file = make("input", { type: "file", "aria-label": "file" });
    const properties = resolved(content["multipart/form-data"].schema).properties;
    const metadata = properties.metadata && make("input", { "aria-label": "metadata" });
    return {
      elements: [
        make("div", { class: "row" }, make("code", {}, "file"), file),
        ...(metadata ? [make("div", { class: "row" }, make("code", {}, "metadata"), metadata)] : []),
      ],
      read() {
        const form = new FormData();
        if (file.files[0]) form.append("file", file.files[0]);
        if (metadata && metadata.value) form.append("metadata", metadata.value);
        return form;
      },
    };
  }
  const text = make("textarea", { "aria-label": "body", spellcheck: "false" });
  const [[type, { schema }]] = Object.entries(content);
  if (type !== "application/json") {
    const about = make("p", {}, `${type}. ${operation.requestBody.description}`);
    return { elements: [about, text], type, read: () => text.value };
  }
  text.value = JSON.stringify(example(schema), null, 2);
  return { elements: [text, nested(fields(schema))], type, read: () => text.value };
}

function address(path, inputs) {
  const query = new URLSearchParams();
  for (const { dataset, value } of inputs) {
    if (dataset.in === "path") path = path.replace(`{${dataset.name}}`, encodeURIComponent(value));
    else if (value) query.append(dataset.name, value);
  }
  return shown.servers[0].url + path + (query.size ? `?${query}` : "");
}

async function showAnswer(response, output) {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  output.textContent = `${response.status} ${response.statusText}\n${headers}\n\n`;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let body = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    body += part.value;
    output.append(part.value);
  }
  if ((response.headers.get("content-type") || "").startsWith("application/json") && body) {
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    output.textContent = `${response.status} ${response.statusText}\n${headers}\n\n${pretty}`;
  }
}

function tryIt(method, path, operation) {
  const rows = parameterInputs(operation);
  const body = bodyInput(operation);
  const output = make("pre", { hidden: "", tabindex: "0", "aria-live": "polite" });
  const button = make("button", { type: "button" }, "Send");
  button.addEventListener("click", async () => {
    output.hidden = false;
    output.textContent = "…";
    const headers = { [VERSION_HEADER]: shown.info.version };
    const key = document.getElementById("key").value.trim();
    if (key) headers["Api-Key"] = key;
    const content = body && body.read();
    if (body && body.type) headers["Content-Type"] = body.type;
    const inputs = rows.map((row) => row.querySelector("input"));
    try {
      const url = address(path, inputs);
      await showAnswer(await fetch(url, { method: method.toUpperCase(), headers, body: content }), output);
    } catch (error) {
      output.textContent = `No answer: ${error.message}`;
    }
  });
  return [
    ...(rows.length ? [make("h3", {}, "Parameters"), ...rows] : []),
    ...(body ? [make("h3", {}, "Body"), ...body.elements] : []),
    make("div", { class: "row" }, button),
    output,
  ];
}

function responses(operation) {
  return Object.entries(operation.responses).map(([status, response]) => {
    const contents = Object.entries(response.content || {}).map(([type, { schema }]) =>
      make("div", {}, make("span", { class: "type" }, type), nested(fields(schema))));
    return make("div", {}, make("code", {}, status), ` ${response.description}`, ...contents);
  });
}

function operationElement(method, path, operation) {
  const body = make("div");
  const details = make("details", { class: "operation", id: operation.operationId },
    make("summary", {}, make("span", { class: "method" }, method.toUpperCase()),
      make("code", {}, path), make("span", {}, operation.summary)), body);
  details.addEventListener("toggle", () => {
    if (details.open && !body.childElementCount) {
      body.append(...tryIt(method, path, operation), make("h3", {}, "Answers"), ...responses(operation));
    }
  });
  return details;
}

async function show(version) {
  const main = document.getElementById("operations");
  const url = `/openapi/${version}.json`;
  document.getElementById("source").href = url;
  shown = await (await fetch(url)).json();
  const sections = shown.tags.map((tag) => {
    const found = Object.entries(shown.paths).flatMap(([path, item]) =>
      Object.entries(item).filter(([, operation]) => operation.tags.includes(tag.name))
        .map(([method, operation]) => operationElement(method, path, operation)));
    return make("section", {}, make("h2", {}, tag.name), make("p", {}, tag.description), ...found);
  });
  main.replaceChildren(...sections);
}

const choice = document.getElementById("version");
choice.append(...VERSIONS.map((version) => make("option", {}, version)));
choice.addEventListener("change", () => show(choice.value));
show(VERSIONS[0]);
