/** The members of errors, and the names by which services know them. */
import type { AwsError } from '../errors.ts';
import { jsonOf } from './json.ts';
import { Misfit, misfitOf } from './misfit.ts';
import type { ErrorModel, ServiceModel } from './model.ts';
import { writeMembers } from './xml.ts';
import { escapeXml } from './xmltext.ts';

/**
 * The model of an error by its code on the wire, where the service has one.
 * @throws Misfit when the model says that AWS sends another code: `DBInstanceNotFoundFault` is how SDK clients call
 * what RDS sends as `DBInstanceNotFound`.
 */
export function errorByQueryCode(model: ServiceModel, code: string): ErrorModel | undefined {
  const coded = model.errors.filter((error) => error.queryCode === code);
  const named = errorByName(model, code);
  if (named && coded.length === 0) {
    throw new Misfit(`${model.service} sends ${code} as '${named.queryCode}': throw that code`);
  }
  // Where several errors share a code, clients take the one whose name it is.
  return coded.find((error) => error === named) ?? coded[0];
}

/** The model of an error by its name, which is its code in JSON and REST. */
export function errorByName(model: ServiceModel, code: string): ErrorModel | undefined {
  return model.errors.find((error) => error.shapeName === code);
}

/** The elements of an error: code, message, then its members. */
export function errorElements(error: AwsError, known: ErrorModel | undefined): string {
  const [modelled, others] = splitMembers(error, known);
  let xml = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  if (known) xml += writeMembers(known.structure, modelled);
  for (const [name, value] of Object.entries(others)) xml += `<${name}>${escapeXml(String(value))}</${name}>`;
  return xml;
}

/** An error as a JSON document. Services disagree on the case of `message`. */
export function errorJson(
  error: AwsError,
  type: string,
  known: ErrorModel | undefined,
): Record<string, unknown> {
  const [modelled, others] = splitMembers(error, known);
  const message = known?.structure.members.has('Message') ? 'Message' : 'message';
  const members = known ? (jsonOf(known.structure, modelled) as object) : {};
  return { __type: type, [message]: error.message, ...members, ...others };
}

/** Whose fault an error is, as the query protocols say it. */
export function faultOf(error: AwsError): 'Sender' | 'Receiver' {
  return error.httpStatus < 500 ? 'Sender' : 'Receiver';
}

/** What the model has, and what only the service knows, which goes onto the wire as text. */
function splitMembers(
  error: AwsError,
  known: ErrorModel | undefined,
): [modelled: Record<string, unknown>, others: Record<string, unknown>] {
  const modelled: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(error.members)) {
    const member = known?.structure.members.get(name);
    const misfit = member ? misfitOf(member.shape, value) : undefined;
    if (misfit !== undefined) throw new Misfit(`the error ${error.code}: ${name}${misfit}`);
    (member ? modelled : others)[name] = value;
  }
  return [modelled, others];
}
