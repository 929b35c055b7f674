import { Module } from '@nestjs/common';
import { ExporterService } from './exporter.service';

/** Runs requested exports. Needs `PartsModule`. */
@Module({ providers: [ExporterService] })
export class ExporterModule {}
