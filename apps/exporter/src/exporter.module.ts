import { Module } from '@nestjs/common';
import { processExportRequest } from '#export-engine';
import { EXPORT_PROCESS, ExporterService } from './exporter.service';

/** Runs requested exports. Needs `PartsModule`. */
@Module({ providers: [ExporterService, { provide: EXPORT_PROCESS, useValue: processExportRequest }] })
export class ExporterModule {}
