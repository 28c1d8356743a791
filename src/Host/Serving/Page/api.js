// What the page asks for: the server's answers, or in a report those that are in the file.
import { answer, isReport } from "./report.js";

export const isLive = !isReport;

const fragment = new URLSearchParams(location.hash.slice(1));
if (isLive && fragment.has("token")) {
  sessionStorage.setItem("token", fragment.get("token"));
  history.replaceState(null, "", location.pathname);
}

/** A request that was refused, with the server's sentence. */
export class Refusal extends Error {}

async function ask(path, body, tag) {
  if (!isLive) return answer(path, body);
  const headers = {};
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (tag) headers["If-None-Match"] = tag;
  const response = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), cache: "no-store" });
  if (response.status === 304) return null;
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Refusal(problem.detail ?? `the server answers ${response.status}`);
  }
  const result = await response.json();
  result.tag = response.headers.get("ETag");
  return result;
}

const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));

export const runs = tag => ask("api/runs", null, tag);
export const decode = body => ask("api/decode", body);
export const encode = body => ask("api/encode", body);
export const sample = body => ask("api/sample", body);
export const reconstruct = body => ask("api/reconstruct", body);
export const interpolate = body => ask("api/interpolate", body);
export const examples = values => ask(`api/examples?${query(values)}`);
export const posterior = values => ask(`api/posterior?${query(values)}`);
export const anomalies = values => ask(`api/anomalies?${query(values)}`);
