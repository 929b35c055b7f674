import { Module } from '@nestjs/common';
import { DeliveriesService } from './deliveries/deliveries.service';
import { NotificationsService } from './notifications/notifications.service';

/** Brings finished reports to their recipients, and tells people of what happens to their reports. Needs `PartsModule`. */
@Module({ providers: [DeliveriesService, NotificationsService] })
export class NotifierModule {}
