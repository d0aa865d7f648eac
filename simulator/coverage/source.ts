import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { type AnyNode, type CallExpression, type Expression, type NewExpression, parse } from 'acorn';
import { full } from 'acorn-walk';

/** One file of this room, as far as it can be read without running it. */
export interface SourceFile {
  /** From the top of the room, such as `ec2/volumes.ts`. */
  readonly path: string;
  readonly nodes: readonly AnyNode[];
  /** The values of constants at the top of the file and of those in its functions, by name. */
  readonly constants: ReadonlyMap<string, Expression>;
}

const room = join(import.meta.dirname, '..');

/** The files of this room in the order of their paths, those of `coverage/` left out. */
export function readSources(): readonly SourceFile[] {
  return globSync('**/*.ts', { cwd: room })
    .filter((path) => !path.startsWith('coverage'))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const code = stripTypeScriptTypes(readFileSync(join(room, path), 'utf8'));
  const nodes: AnyNode[] = [];
  const constants = new Map<string, Expression>();
  full(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
    const each = node as AnyNode;
    nodes.push(each);
    if (each.type === 'VariableDeclarator' && each.id.type === 'Identifier' && each.init)
      constants.set(each.id.name, each.init);
  });
  return { path, nodes, constants };
}

/** The calls of a function by its name, in a file. */
export function callsOf({ nodes }: SourceFile, name: string): readonly CallExpression[] {
  return nodes.filter(
    (node): node is CallExpression =>
      node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === name,
  );
}

/** The places in a file where an instance of a class is made. */
export function creationsOf({ nodes }: SourceFile, name: string): readonly NewExpression[] {
  return nodes.filter(
    (node): node is NewExpression =>
      node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === name,
  );
}

/**
 * The text that an expression stands for; what is known only when it runs stands as `‹name›`.
 * @throws Error for an expression of another kind
 */
export function textOf(file: SourceFile, node: AnyNode): string {
  switch (node.type) {
    case 'Literal':
      return String(node.value);
    case 'TemplateLiteral':
      return node.quasis
        .map(({ value }, index) => {
          const inner = node.expressions[index];
          return (value.cooked ?? '') + (inner ? placeholder(file, inner) : '');
        })
        .join('');
    case 'BinaryExpression':
      if (node.operator === '+') return textOf(file, node.left) + textOf(file, node.right);
      break;
    case 'Identifier': {
      const value = file.constants.get(node.name);
      if (value) return textOf(file, value);
      break;
    }
    default:
      break;
  }
  throw new Error(`${file.path}: ${node.type} is no text`);
}

/** The last name in an expression says what it is: `input.AlarmTypes.join(', ')` is `‹AlarmTypes›`. */
function placeholder(file: SourceFile, node: AnyNode): string {
  const call = joinedConstant(file, node);
  if (call !== undefined) return call;
  return `‹${lastName(node)}›`;
}

/** The items of a constant list that is joined, such as ``${modelled.join(' ')}``. */
function joinedConstant(file: SourceFile, node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const { object, property } = node.callee;
  if (property.type !== 'Identifier' || property.name !== 'join' || object.type !== 'Identifier')
    return undefined;
  return file.constants.has(object.name) ? namesIn(file, object).join(' ') : undefined;
}

function lastName(node: AnyNode): string {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression':
      return node.property.type === 'Identifier' && node.property.name !== 'join'
        ? node.property.name
        : lastName(node.object);
    case 'CallExpression':
      return lastName(node.callee);
    case 'ConditionalExpression':
      return [node.consequent, node.alternate]
        .map((each) => String((each as { value?: unknown }).value).trim())
        .filter(Boolean)
        .join('|');
    case 'ChainExpression':
      return lastName(node.expression);
    default:
      return '…';
  }
}

/**
 * The names that a list holds: an array of texts with constants spread into it, or one text with spaces between.
 * @throws Error for a list that is put together when it runs
 */
export function namesIn(file: SourceFile, node: AnyNode): readonly string[] {
  if (node.type === 'Identifier') {
    const value = file.constants.get(node.name);
    if (!value) throw new Error(`${file.path}: no constant ${node.name}`);
    return namesIn(file, value);
  }
  if (node.type !== 'ArrayExpression') return textOf(file, node).split(/\s+/).filter(Boolean);
  return node.elements.flatMap((element) => {
    if (!element) return [];
    return element.type === 'SpreadElement' ? namesIn(file, element.argument) : [textOf(file, element)];
  });
}
