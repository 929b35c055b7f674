import { Module } from '@nestjs/common';
import { SchedulerService } from './scheduler.service';

/** Requests the jobs of what is due; runs none. Needs `PartsModule`. */
@Module({ providers: [SchedulerService] })
export class SchedulerModule {}
