import { Module } from '@nestjs/common';
import { BackfillService } from './backfills/backfill.service';
import { SchedulerService } from './scheduler.service';

/** Requests the jobs of what is due, and of backfills; runs none. Needs `PartsModule`. */
@Module({ providers: [SchedulerService, BackfillService] })
export class SchedulerModule {}
