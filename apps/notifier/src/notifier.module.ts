import { Module } from '@nestjs/common';
import { NotificationsService } from './notifications/notifications.service';

/** Tells people of what happens to their reports. Needs `PartsModule`. */
@Module({ providers: [NotificationsService] })
export class NotifierModule {}
