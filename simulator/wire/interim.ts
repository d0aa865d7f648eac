// @ts-nocheck
// Spike: generic AWS wire-protocol SERVER driven by the schemas that the SDK v3 clients export.
import { NormalizedSchema } from '@smithy/core/schema';
import { XmlShapeSerializer, XmlShapeDeserializer, JsonShapeSerializer, JsonShapeDeserializer } from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
type Any = any;
export type Call = { service: string; region: string; accessKeyId: string; operation: string; input: Any };
import { AwsError } from "../errors.ts";
type Kind = 'ec2' | 'query' | 'restXml' | 'json1.0' | 'json1.1';
interface Svc { signingName: string; kind: Kind; xmlns?: string; target?: string; ops: Map<string, Any>; routes: { method: string; re: RegExp; labels: string[]; op: Any; query: [string, string][] }[]; registries: Any }
export class Wire {
  #svc = new Map<string, Svc>();
  handle: (c: Call) => Promise<Any> | Any;
  constructor(handle: (c: Call) => Promise<Any> | Any) { this.handle = handle; }
  register(signingName: string, mod: Any, Client: Any) {
    const c = new Client({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
    const p = c.config.protocol, s = c.config.protocolSettings;
    const kind = ({ 'aws.protocols#ec2Query': 'ec2', 'aws.protocols#awsQuery': 'query', 'aws.protocols#restXml': 'restXml', 'aws.protocols#awsJson1_0': 'json1.0', 'aws.protocols#awsJson1_1': 'json1.1' } as Any)[p.getShapeId()] as Kind;
    if (!kind) throw new Error('unsupported protocol ' + p.getShapeId());
    const ops = new Map<string, Any>(); const routes: Svc['routes'] = [];
    for (const [k, v] of Object.entries(mod)) if (k.endsWith('$') && Array.isArray(v) && v[0] === 9) {
      ops.set(v[2] as string, v);
      const http = kind === 'restXml' ? (v[3] as Any).http : undefined;
      if (http) { const [path, q = ''] = http[1].split('?'); const labels: string[] = []; const re = new RegExp('^' + path.replace(/[.$]/g, '\\$&').replace(/\{(\w+)(\+?)\}/g, (_: string, n: string, g: string) => (labels.push(n), g ? '(.+)' : '([^/]+)')) + '/?$'); routes.push({ method: http[0], re, labels, op: v, query: [...new URLSearchParams(q)] as Any }); }
    }
    routes.sort((a, b) => b.query.length - a.query.length || a.labels.length - b.labels.length);
    this.#svc.set(signingName, { signingName, kind, xmlns: s.xmlNamespace, target: s.serviceTarget, ops, routes, registries: s.errorTypeRegistries });
  }
  /** (method, path, query, headers, body) -> HttpResponse ; transport independent */
  async dispatch(r: { method: string; path: string; query: Record<string, Any>; headers: Record<string, string>; body?: string | Uint8Array }): Promise<HttpResponse> {
    const m = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(r.headers['authorization'] ?? '');
    if (!m) return new HttpResponse({ statusCode: 403, headers: {}, body: new TextEncoder().encode('<Error><Code>MissingAuthenticationToken</Code></Error>') });
    const [, accessKeyId, region, signing] = m as Any; const svc = this.#svc.get(signing);
    if (!svc) return new HttpResponse({ statusCode: 501, headers: {}, body: new TextEncoder().encode(`service ${signing} not emulated`) });
    const text = r.body === undefined ? '' : typeof r.body === 'string' ? r.body : new TextDecoder().decode(r.body);
    let op: Any, input: Any;
    try {
      ({ op, input } = this.#decode(svc, r, text));
      const out = await this.handle({ service: signing, region, accessKeyId, operation: op[2], input });
      return this.#encode(svc, op, out ?? {});
    } catch (e: Any) { if (!(e instanceof AwsError)) e = new AwsError('InternalFailure', String(e?.stack ?? e), 500); return this.#error(svc, e); }
  }
  #decode(svc: Svc, r: Any, text: string) {
    if (svc.kind === 'json1.0' || svc.kind === 'json1.1') { const op = svc.ops.get((r.headers['x-amz-target'] ?? '').split('.').pop()!); if (!op) throw new AwsError('UnknownOperationException', 'unknown op'); return { op, input: new JsonShapeDeserializer(json).readObject(NormalizedSchema.of(op[4]()), JSON.parse(text || '{}')) }; }
    if (svc.kind === 'restXml') {
      for (const rt of svc.routes) { const mm = rt.method === r.method && rt.re.exec(r.path); if (!mm || !rt.query.every(([k]) => k in r.query)) continue;
        const ns = NormalizedSchema.of(rt.op[4]()); const input: Any = {}; let body: Any;
        const xd = new XmlShapeDeserializer(xml(svc)); const parsed = text ? (xd as Any).parseXml(text) : undefined;
        for (const [n, mem] of ns.structIterator()) { const t: Any = mem.getMergedTraits();
          if (t.httpLabel) input[n] = decodeURIComponent(mm[rt.labels.indexOf(n) + 1]!);
          else if (t.httpQuery) { const v = r.query[t.httpQuery]; if (v !== undefined) input[n] = scalar(mem, Array.isArray(v) && !mem.isListSchema() ? v[0] : v); }
          else if (t.httpHeader) { const v = r.headers[t.httpHeader.toLowerCase()]; if (v !== undefined) input[n] = scalar(mem, v); }
          else if (t.httpPayload) { if (parsed !== undefined) input[n] = xd.readSchema(mem, parsed); }
          else if (parsed) { body ??= xd.readSchema(ns, parsed); if (body?.[n] !== undefined) input[n] = body[n]; } }
        return { op: rt.op, input }; }
      throw new AwsError('UnknownOperationException', `${r.method} ${r.path}`, 404);
    }
    const form = new URLSearchParams(text); const op = svc.ops.get(form.get('Action')!); if (!op) throw new AwsError('InvalidAction', `The action ${form.get('Action')} is not valid`, 400);
    const tree: Any = {}; for (const [k, v] of form) { let n = tree; const ps = k.split('.'); for (let i = 0; i < ps.length; i++) { if (i === ps.length - 1) n[ps[i]!] = (n[ps[i]!] && typeof n[ps[i]!] === 'object') ? n[ps[i]!] : v; else { if (typeof n[ps[i]!] !== 'object') n[ps[i]!] = {}; n = n[ps[i]!]; } } }
    return { op, input: readForm(NormalizedSchema.of(op[4]()), tree, svc.kind === 'ec2') };
  }
  #encode(svc: Svc, op: Any, out: Any): HttpResponse {
    const rid = 'sim-' + (++seq).toString(36); const h: Any = { 'x-amzn-requestid': rid };
    const ns = NormalizedSchema.of(op[5]());
    if (svc.kind.startsWith('json')) { const s = new JsonShapeSerializer(json); s.write(ns, out); return res(200, { ...h, 'content-type': 'application/x-amz-json-' + svc.kind.slice(4) }, ns.isUnitSchema() ? '{}' : (s.flush() as string)); }
    const inner = ns.isStructSchema() ? children(ns, out, svc) : '';
    if (svc.kind === 'ec2') return res(200, { ...h, 'content-type': 'text/xml' }, `<${op[2]}Response xmlns="${svc.xmlns}/"><requestId>${rid}</requestId>${inner}</${op[2]}Response>`);
    if (svc.kind === 'query') return res(200, { ...h, 'content-type': 'text/xml' }, `<${op[2]}Response xmlns="${svc.xmlns}"><${op[2]}Result>${inner}</${op[2]}Result><ResponseMetadata><RequestId>${rid}</RequestId></ResponseMetadata></${op[2]}Response>`);
    const http = op[3].http; let body = ''; for (const [n, mem] of ns.isStructSchema() ? ns.structIterator() : []) { const t: Any = mem.getMergedTraits(); if (t.httpHeader && out[n] != null) h[t.httpHeader.toLowerCase()] = String(out[n]); }
    body = `<?xml version="1.0"?><${op[2]}Response xmlns="${svc.xmlns}">${inner}</${op[2]}Response>`;
    return res(http[2] ?? 200, { ...h, 'content-type': 'text/xml' }, body);
  }
  #error(svc: Svc, e: AwsError) {
    const rid = 'sim-' + (++seq).toString(36); const esc = (s: string) => s.replace(/[<&>]/g, (c) => ({ '<': '&lt;', '&': '&amp;', '>': '&gt;' })[c]!);
    if (svc.kind.startsWith('json')) return res(e.httpStatus, { 'x-amzn-requestid': rid, 'content-type': 'application/x-amz-json-1.1' }, JSON.stringify({ __type: e.code, message: e.message, ...e.members }));
    if (svc.kind === 'ec2') return res(e.httpStatus, {}, `<Response><Errors><Error><Code>${e.code}</Code><Message>${esc(e.message)}</Message></Error></Errors><RequestID>${rid}</RequestID></Response>`);
    return res(e.httpStatus, {}, `<ErrorResponse><Error><Type>${e.httpStatus < 500 ? 'Sender' : 'Receiver'}</Type><Code>${e.code}</Code><Message>${esc(e.message)}</Message></Error><RequestId>${rid}</RequestId></ErrorResponse>`);
  }
}
let seq = 0; const enc = new TextEncoder();
const res = (statusCode: number, headers: Any, body: string) => new HttpResponse({ statusCode, headers, body: enc.encode(body) });
const json: Any = { timestampFormat: { useTrait: true, default: 7 }, jsonName: false };
const xml = (s: Svc): Any => ({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: s.kind === 'restXml', xmlNamespace: s.xmlns });
function children(ns: Any, out: Any, svc: Svc) { const s: Any = new XmlShapeSerializer(xml(svc)); const body: Any = {}; for (const [n, m] of ns.structIterator()) { const t = m.getMergedTraits(); if (!t.httpHeader && out[n] != null) body[n] = out[n]; } const node = s.writeStruct(ns, body, undefined); return node.children.map((c: Any) => c.toString()).join(''); }
function scalar(ns: Any, v: Any): Any { if (ns.isListSchema()) return [v].flat().map((x: Any) => scalar(ns.getValueSchema(), x)); if (ns.isBooleanSchema()) return v === 'true'; if (ns.isNumericSchema()) return Number(v); if (ns.isTimestampSchema()) return new Date(v); return v; }
function key(ns: Any, name: string, ec2: boolean) { const t = ns.getMergedTraits(); if (ec2) { if (t.ec2QueryName) return t.ec2QueryName; const k = t.xmlName ?? name; return k[0].toUpperCase() + k.slice(1); } return t.xmlName ?? name; }
function readForm(ns: Any, v: Any, ec2: boolean): Any {
  if (ns.isStructSchema()) { const o: Any = {}; for (const [n, m] of ns.structIterator()) { const x = v?.[key(m, n, ec2)]; if (x !== undefined) o[n] = readForm(m, x, ec2); } return o; }
  if (ns.isListSchema()) { if (v === '') return []; const item = ns.getValueSchema(); const flat = ec2 || ns.getMergedTraits().xmlFlattened; const src = flat ? v : v[item.getMergedTraits().xmlName ?? 'member'] ?? v; return Object.keys(src).sort((a, b) => +a - +b).map((i) => readForm(item, src[i], ec2)); }
  if (ns.isMapSchema()) { const src = ns.getMergedTraits().xmlFlattened ? v : v.entry ?? {}; const o: Any = {}; for (const i of Object.keys(src)) o[src[i][ns.getKeySchema().getMergedTraits().xmlName ?? 'key']] = readForm(ns.getValueSchema(), src[i][ns.getValueSchema().getMergedTraits().xmlName ?? 'value'], ec2); return o; }
  if (ns.isBlobSchema()) return Buffer.from(v, 'base64');
  return scalar(ns, v);
}
