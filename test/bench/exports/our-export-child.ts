import { serveJob } from '../harness/measured-child';
import { exportOnce } from './our-export';

serveJob(exportOnce);
