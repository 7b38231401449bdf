/** The interface's own document, read at run time: what an operation takes, in a shape a form can be made from. */
import { queryOptions } from "@tanstack/react-query";
import { client } from "../../api/client.gen";
import { answered } from "../../kit/problem";

export type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [name: string]: Json };

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  enum?: ReadonlyArray<Json>;
  const?: Json;
  default?: Json;
  anyOf?: ReadonlyArray<Schema>;
  oneOf?: ReadonlyArray<Schema>;
  allOf?: ReadonlyArray<Schema>;
  properties?: Readonly<Record<string, Schema>>;
  required?: ReadonlyArray<string>;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  additionalProperties?: boolean | Schema;
}

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema?: Schema;
}

export interface OperationSpec {
  summary?: string;
  description?: string;
  parameters?: ReadonlyArray<Parameter>;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface Interface {
  paths: Record<string, Record<string, OperationSpec>>;
  components: { schemas: Record<string, Schema> };
}

/** Whose operations: the platform's, or those of the fleet of simulated stations beside a demo. */
export type Source = "platform" | "simulator";

const DOCUMENTS: Record<Source, string> = { platform: "/api/openapi.json", simulator: "/api/v1/simulator/openapi.json" };

/** What the paths of a document are below. */
export const PREFIXES: Record<Source, string> = { platform: "", simulator: "/api/v1/simulator" };

/** Asked for once; it is what runs that is described. */
export function interfaceQuery(source: Source = "platform") {
  return queryOptions({
    queryKey: ["interface", source],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => answered(client.get({ url: DOCUMENTS[source] }) as Promise<{ data?: Interface; error?: unknown; response?: Response }>),
  });
}

/** "POST /api/v1/staff" in the document. */
export function findOperation(document: Interface, to: string): OperationSpec | undefined {
  const [method, path] = to.split(" ");
  return document.paths[path ?? ""]?.[(method ?? "").toLowerCase()];
}

export function bodyOf(operation: OperationSpec): Schema | undefined {
  return operation.requestBody?.content["application/json"]?.schema;
}

export type Kind = "choice" | "constant" | "flag" | "number" | "text" | "secret" | "instant" | "day" | "list" | "object" | "variants" | "json";

/** A schema without references and without null: its kind, and whether it may be left out as null. */
export interface Shape {
  kind: Kind;
  schema: Schema;
  isNullable: boolean;
  variants: ReadonlyArray<Schema>;
}

export function shapeOf(schema: Schema, document: Interface): Shape {
  const plain = resolve(schema, document);
  const options = plain.anyOf ?? plain.oneOf;
  if (options === undefined) return { kind: kindOf(plain), schema: plain, isNullable: false, variants: [] };
  const variants = options.map((one) => resolve(one, document)).filter((one) => one.type !== "null");
  const isNullable = variants.length < options.length;
  const [only] = variants;
  if (variants.length === 1 && only !== undefined) {
    const inner = shapeOf(only, document);
    return { ...inner, schema: { ...inner.schema, ...described(plain) }, isNullable };
  }
  const areScalars = variants.every((one) => ["string", "number", "integer"].includes(one.type ?? ""));
  const kind = areScalars ? "text" : "variants";
  return { kind, schema: plain, isNullable, variants };
}

function resolve(schema: Schema, document: Interface): Schema {
  const [base] = schema.allOf ?? [];
  if (schema.$ref === undefined && base !== undefined) return { ...resolve(base, document), ...described(schema) };
  if (schema.$ref === undefined) return schema;
  const target = document.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
  return target === undefined ? {} : { ...resolve(target, document), ...described(schema) };
}

function described(schema: Schema): Schema {
  return {
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
  };
}

function kindOf(schema: Schema): Kind {
  if (schema.const !== undefined) return "constant";
  if (schema.enum !== undefined) return "choice";
  switch (schema.type) {
    case "boolean":
      return "flag";
    case "integer":
    case "number":
      return "number";
    case "array":
      return schema.items === undefined ? "json" : "list";
    case "object":
      return schema.properties === undefined ? "json" : "object";
    case "string":
      if (schema.format === "date-time") return "instant";
      if (schema.format === "date") return "day";
      return schema.format === "password" ? "secret" : "text";
    default:
      return "json";
  }
}

/** What a form of this schema starts with: its constants and what it requires, the rest absent. */
export function startOf(schema: Schema, document: Interface): Json | undefined {
  const { kind, schema: plain, isNullable, variants } = shapeOf(schema, document);
  if (isNullable) return undefined;
  if (kind === "constant") return plain.const;
  if (kind === "list") return [];
  if (kind === "variants" && variants[0] !== undefined) return startOf(variants[0], document);
  if (kind !== "object") return plain.default ?? undefined;
  const start: Record<string, Json> = {};
  for (const [name, property] of Object.entries(plain.properties ?? {})) {
    if (!plain.required?.includes(name) && shapeOf(property, document).kind !== "constant") continue;
    const value = startOf(property, document);
    if (value !== undefined) start[name] = value;
  }
  return start;
}
