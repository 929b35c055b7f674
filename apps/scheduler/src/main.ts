import { runApp } from '#runtime';
import { SchedulerModule } from './scheduler.module';

void runApp('scheduler', SchedulerModule);
