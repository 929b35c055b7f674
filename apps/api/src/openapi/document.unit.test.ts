import 'reflect-metadata';
import { MODULE_METADATA } from '@nestjs/common/constants';
import { ApiModule } from '../api.module';
import { OPERATION, type AnyOperation } from '../http/operation';
import { openApiDocument } from './document';
import { OPERATIONS } from './operations';

const document = openApiDocument() as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; parameters?: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, unknown> };
};

/** The operations that controllers really handle. */
function handled(): AnyOperation[] {
  const controllers = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, ApiModule) as { prototype: object }[];
  return controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype)
      .map((name) => (prototype as Record<string, object>)[name])
      .map((method) => (method ? (Reflect.getMetadata(OPERATION, method) as AnyOperation | undefined) : undefined))
      .filter((operation) => operation !== undefined),
  );
}

describe('the OpenAPI document', () => {
  it('has every operation that is handled, and no other', () => {
    const byId = (operations: readonly AnyOperation[]) => operations.map(({ id }) => id).sort();
    expect(byId(handled())).toEqual(byId(OPERATIONS));
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(ids.sort()).toEqual(byId(OPERATIONS));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is not there', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(50);
    for (const reference of references) {
      const found = reference
        .split('/')
        .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  it('names every parameter of every path', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(operations)) {
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(names);
      }
    }
  });

  it('forbids fields that nobody knows in what is sent', () => {
    const { TemplateInput, Template } = document.components.schemas;
    expect(TemplateInput).toMatchObject({ additionalProperties: false, required: ['name', 'definition'] });
    expect(Template).not.toHaveProperty('additionalProperties');
  });

  it('tells which problems may come', () => {
    const create = document.paths['/v1/templates']?.post as unknown as {
      responses: Record<string, { description: string }>;
    };
    expect(Object.keys(create.responses).sort()).toEqual(['201', '400', '401', '409', '413', '415', '422', '500']);
    expect(create.responses['422']?.description).toContain('`template.invalid`');
  });
});
