import { Controller, Inject } from '@nestjs/common';
import { PARTS, type Parts } from '#runtime';
import { Handles } from '../http/operation';
import { healthOperations as operations } from './health.operations';

@Controller()
export class HealthController {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  @Handles(operations.live)
  live() {
    return Promise.resolve({ body: { live: true } as const });
  }

  @Handles(operations.ready)
  async ready() {
    const report = await this.parts.health.report();
    return { status: report.ready ? 200 : 503, body: report, headers: { 'Cache-Control': 'no-store' } };
  }
}
