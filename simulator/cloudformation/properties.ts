import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ResolvedResource } from './model.ts';
import { TemplateError } from './template.ts';

/** Readers of a resolved resource's properties. Each throws TemplateError naming the property when it is not as expected. */

export function text(resource: ResolvedResource, name: string): string {
  const value = optionalText(resource, name);
  if (value === undefined) throw missing(resource, name);
  return value;
}

export function optionalText(resource: ResolvedResource, name: string): string | undefined {
  const value = resource.properties[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new TemplateError(pathOf(resource, name), 'a string was expected');
}

/** A number, or a string of digits: CloudFormation takes both. */
export function number(resource: ResolvedResource, name: string, absent: number): number {
  const value = resource.properties[name] ?? absent;
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof found === 'number' && Number.isFinite(found)) return found;
  throw new TemplateError(pathOf(resource, name), 'a number was expected');
}

export function object(resource: ResolvedResource, name: string): JsonObject {
  const value = resource.properties[name];
  if (value === undefined) throw missing(resource, name);
  if (isObject(value)) return value;
  throw new TemplateError(pathOf(resource, name), 'an object was expected');
}

export function list(resource: ResolvedResource, name: string): readonly Json[] {
  const value = resource.properties[name] ?? [];
  if (Array.isArray(value)) return value;
  throw new TemplateError(pathOf(resource, name), 'a list was expected');
}

export function objects(resource: ResolvedResource, name: string): readonly JsonObject[] {
  const items = list(resource, name);
  if (items.every(isObject)) return items;
  throw new TemplateError(pathOf(resource, name), 'a list of objects was expected');
}

export function pathOf({ logicalId }: ResolvedResource, name: string): string {
  return `${logicalId}/Properties/${name}`;
}

function missing(resource: ResolvedResource, name: string): TemplateError {
  return new TemplateError(pathOf(resource, name), 'it is required');
}
