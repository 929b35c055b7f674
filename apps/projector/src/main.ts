import { runApp } from '#runtime';
import { ProjectorModule } from './projector.module';

void runApp('projector', ProjectorModule);
