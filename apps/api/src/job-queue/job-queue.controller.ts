import { Controller, Inject } from '@nestjs/common';
import { JobQueueQueries, queueRules } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Handles, type Call } from '../http/operation';
import { viewerOf } from '../http/queries';
import { jobQueueOperations as operations } from './job-queue.operations';

@Controller()
export class JobQueueController {
  readonly #queries: JobQueueQueries;

  constructor(@Inject(PARTS) { pool, settings }: Parts) {
    this.#queries = new JobQueueQueries(pool, queueRules(settings));
  }

  @Handles(operations.get)
  async get({ caller, query }: Call<typeof operations.get>) {
    return { body: await this.#queries.view(viewerOf(caller), query) };
  }
}
