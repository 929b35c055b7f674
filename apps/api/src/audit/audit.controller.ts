import { Controller, Inject } from '@nestjs/common';
import { AuditQueries, MappingQueries } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Handles, type Call } from '../http/operation';
import { viewerOf } from '../http/queries';
import { auditOperations as operations } from './audit.operations';

@Controller()
export class AuditController {
  private readonly entries: AuditQueries;
  private readonly mappingQueries: MappingQueries;

  constructor(@Inject(PARTS) { pool }: Parts) {
    this.entries = new AuditQueries(pool);
    this.mappingQueries = new MappingQueries(pool);
  }

  @Handles(operations.audit)
  async audit({ caller, query }: Call<typeof operations.audit>) {
    return { body: await this.entries.list({ viewer: viewerOf(caller), ...query }) };
  }

  @Handles(operations.mappings)
  async mappings({ caller, query }: Call<typeof operations.mappings>) {
    return { body: await this.mappingQueries.list({ viewer: viewerOf(caller), ...query }) };
  }
}
