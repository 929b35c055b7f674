import { runApp } from '#runtime';
import { RelayModule } from './relay.module';

void runApp('relay', RelayModule);
