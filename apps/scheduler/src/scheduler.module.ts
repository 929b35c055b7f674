import { Module } from '@nestjs/common';
import { BackfillService } from './backfills/backfill.service';
import { BurstService } from './bursts/burst.service';
import { SchedulerService } from './scheduler.service';

/** Requests the jobs of what is due, of backfills, and of the rows of lists; runs none. Needs `PartsModule`. */
@Module({ providers: [SchedulerService, BackfillService, BurstService] })
export class SchedulerModule {}
