import { Module } from '@nestjs/common';
import { ProjectorService } from './projector.service';

/** Turns events into the read models and the audit trail. Needs `PartsModule`. */
@Module({ providers: [ProjectorService] })
export class ProjectorModule {}
