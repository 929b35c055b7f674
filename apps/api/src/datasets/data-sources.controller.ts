import { Controller, Inject } from '@nestjs/common';
import { PARTS, type Parts } from '#runtime';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { dataSourceOperations as operations } from './dataset.operations';

@Controller()
export class DataSourcesController {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  @Handles(operations.list)
  list() {
    return Promise.resolve({ body: { items: this.parts.dataSources.names().map((name) => ({ name })) } });
  }

  @Handles(operations.relations)
  async relations({ params }: Call<typeof operations.relations>) {
    const source = this.parts.dataSources.get(params.name);
    if (!source) throw new Problem('data_source.missing', 'There is no data source of this name in the settings.');
    return { body: { items: await source.listRelations({ timeoutMs: 10_000 }) } };
  }
}
