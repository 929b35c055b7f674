import { runApp } from '#runtime';
import { NotifierModule } from './notifier.module';

void runApp('notifier', NotifierModule);
