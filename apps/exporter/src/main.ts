import { runApp } from '#runtime';
import { ExporterModule } from './exporter.module';

void runApp('exporter', ExporterModule);
